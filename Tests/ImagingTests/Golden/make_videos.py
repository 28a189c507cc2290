"""Makes the videos of ImagingTests: python make_videos.py (opencv-python-headless 4.6).

clip.avi (Motion JPEG), clip.mp4 (MPEG-4, index at the end), clip.webm (VP8): 25 frames of
64 x 48, 10 a second, frame i of one grey level 20 + 8 i.
"""

import pathlib

import cv2
import numpy as np

for name, code in (("clip.avi", "MJPG"), ("clip.mp4", "mp4v"), ("clip.webm", "VP80")):
    path = pathlib.Path(__file__).parent / name
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*code), 10, (64, 48))
    for index in range(25):
        writer.write(np.full((48, 64, 3), 20 + 8 * index, np.uint8))
    writer.release()

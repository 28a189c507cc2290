"""Clips as ffmpeg shows them: turned upright, colours by what was meant, times as presented."""

import json
import subprocess

import numpy as np

import hdr

QUIET = ["-hide_banner", "-loglevel", "error", "-nostdin"]


def probe(path, entries):
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of",
         "json", path], capture_output=True, timeout=60)
    # Of a file that it does not open, ffprobe writes the first brace alone.
    return {} if done.returncode else json.loads(done.stdout or b"{}")


def read(path, case):
    """(frames, seconds since the first), or None where ffmpeg does not read it."""
    stream = probe(path, "frame=width,height,best_effort_timestamp_time").get("frames", [])
    times = [float(frame["best_effort_timestamp_time"]) for frame in stream
             if "best_effort_timestamp_time" in frame]
    height, width = case.truth[0].shape[:2]
    chain = [case.scale or "scale", f"scale={width}:{height}:flags=bicubic", "format=rgb48le" if case.curve else "format=rgb24"]
    if not case.stretched: del chain[1]
    done = subprocess.run(
        # Without the flag, a crop on the left is rounded down to what is quick to copy.
        ["ffmpeg", *QUIET, "-flags", "unaligned", "-i", path, "-map", "0:v:0", "-vf",
         ",".join(chain), "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
        capture_output=True, timeout=120)
    kind = np.dtype("<u2" if case.curve else np.uint8)
    size = width * height * 3 * kind.itemsize
    if done.returncode or not done.stdout or len(done.stdout) % size: return None
    frames = np.frombuffer(done.stdout, kind).reshape(-1, height, width, 3)
    if case.curve: frames = [hdr.mapped(each, case.curve) for each in frames]
    return list(frames), [each - times[0] for each in times] if times else []


def read_by_opencv(path):
    """Likewise by OpenCV 5, whose FFmpeg is newer; without times."""
    import cv2
    video, frames = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG), []
    while len(frames) < 100:
        done, frame = video.read()
        if not done: break
        frames.append(frame[:, :, ::-1])
    return frames, []

"""The score of one face, from the start of the process to the answer, as a short script does it.

    python start.py pytorch|onnxruntime FACE MODEL [ONNX]
"""

import sys

from common import card, network
import numpy as np
from PIL import Image

peer, face, model = sys.argv[1:4]
card = card(model)
size = card["imageSize"]
pixels = np.asarray(Image.open(face).convert("L").resize((size, size), Image.BILINEAR), np.float32)
mean, deviation = (
    np.array(card["normalization"][key], np.float32)[:, None, None]
    for key in ["mean", "standardDeviation"])
images = ((pixels / 255 - mean) / deviation)[None]
if peer == "pytorch":
    import torch

    with torch.inference_mode():
        logits = network(model)(torch.from_numpy(images)).numpy()[0]
else:
    import onnxruntime

    logits = onnxruntime.InferenceSession(sys.argv[4]).run(None, {"images": images})[0][0]
powers = np.exp(logits - logits.max())
print('{"score": %.6f}' % (powers[1] / powers.sum()))

"""Writes corruption.json beside this file: a pattern of 48 x 48 greys after scipy's Gaussian
blur, at two severities. Each is one row of the result."""

import json
import pathlib

import numpy as np
from scipy.ndimage import gaussian_filter

x, y = np.meshgrid(np.arange(48), np.arange(48))
image = ((7 * x + 13 * y + x * y) % 256).astype(float)
rows = []
for severity, deviation in [(1, 0.5), (5, 2.0)]:
    blurred = np.rint(gaussian_filter(image, deviation, mode="nearest", truncate=4))
    rows += [{"severity": severity, "row": row, "values": blurred[row].astype(int).tolist()}
             for row in (0, 20, 47)]
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(rows, separators=(",", ":")) + "\n")

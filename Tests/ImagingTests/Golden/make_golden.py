"""Makes the golden files of ImagingTests: python make_golden.py (torch 2.13.0, Pillow 13).

warp.json         a source and what PyTorch makes of it under several warps
*.png, *.jpg, ... small files that Mien does not write itself, made by Pillow
"""

import json
import math
import pathlib
import struct
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

HERE = pathlib.Path(__file__).parent
generator = np.random.default_rng(7)


def warped(source, size, degrees, scale, flipped):
    image = torch.tensor(source, dtype=torch.float64)[None, None]
    if (degrees, scale, flipped) == (0, 1, False):
        result = F.interpolate(image, (size, size), mode="bilinear", align_corners=False)
    else:
        cos, sin = (f(math.radians(degrees)) / scale for f in (math.cos, math.sin))
        mirror = -1 if flipped else 1
        # Output to source, y pointing down: undo the rotation and the scale, then the flip.
        theta = torch.tensor([[[mirror * cos, -mirror * sin, 0], [sin, cos, 0]]])
        grid = F.affine_grid(theta.double(), (1, 1, size, size), align_corners=False)
        result = F.grid_sample(
            image, grid, mode="bilinear", padding_mode="border", align_corners=False
        )
    return [round(value, 3) for value in result.flatten().tolist()]


cases = []
for width, height, size, degrees, scale, flipped in [
    (12, 12, 18, 0, 1, False),
    (12, 12, 7, 0, 1, False),
    (11, 6, 14, 0, 1, False),
    (12, 12, 15, 0, 1, True),
    (12, 12, 15, 10, 1, False),
    (12, 12, 15, -7.3, 0.9, True),
    (9, 12, 14, 33, 1.1, False),
    (5, 5, 13, 180, 0.4, False),
    (1, 4, 6, 20, 1, False),
]:
    source = generator.integers(0, 256, (height, width))
    cases.append(
        {
            "width": width,
            "height": height,
            "size": size,
            "rotationDegrees": degrees,
            "scale": scale,
            "flipped": flipped,
            "source": source.flatten().tolist(),
            "expected": warped(source, size, degrees, scale, flipped),
        }
    )
(HERE / "warp.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")

# A ramp over all 16 bits: rounding to 8 differs from taking the high byte.
ramp = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
Image.fromarray(ramp).save(HERE / "grey16.png")
Image.fromarray(ramp).save(HERE / "grey16.tif")

quarters = np.zeros((8, 8, 4), np.uint8)
quarters[:4, :4] = (255, 0, 0, 255)
quarters[:4, 4:] = (0, 255, 0, 128)
quarters[4:, :4] = (0, 0, 255, 0)
quarters[4:, 4:] = (200, 100, 50, 255)
Image.fromarray(quarters).save(HERE / "rgba.png")
Image.fromarray(quarters).convert("P").save(HERE / "palette.png")
Image.fromarray(quarters[:, :, :3]).save(HERE / "rgb.bmp")
Image.fromarray(quarters[:, :, :3]).save(HERE / "rgb.webp", lossless=True)
Image.fromarray(quarters[:, :, :3]).save(HERE / "rgb.ppm")
Image.fromarray(quarters[:, :, :3]).save(HERE / "rgb.gif")
Image.fromarray(quarters[:, :, 0]).convert("LA").save(HERE / "grey-alpha.png")
Image.fromarray(quarters[:, :, 0] > 100).save(HERE / "bilevel.png")
plain = np.full((16, 16, 3), (180, 60, 60), np.uint8)
Image.fromarray(plain).convert("CMYK").save(HERE / "cmyk.jpg", quality=95)
# Dark above, light below; orientation 6 says: turn it clockwise, so dark comes to the right.
halves = np.repeat(np.where(np.arange(32) < 16, 30, 220), 16).reshape(32, 16).astype(np.uint8)
exif = Image.Exif()
exif[0x0112] = 6
Image.fromarray(halves).save(HERE / "orientation6.jpg", quality=95, exif=exif)
Image.fromarray(halves).save(HERE / "progressive.jpg", quality=95, progressive=True)
# Colour, of odd sizes: in scans, with chroma halved along rows alone, and with restart markers.
rows, columns = np.mgrid[0:29, 0:37]
colours = np.stack(
    [128 + 90 * np.sin(columns / 5), 6 * columns + rows, 128 + 90 * np.cos(rows / 4)], axis=-1)
colours = Image.fromarray(colours.astype(np.uint8))
colours.save(HERE / "progressive-rgb.jpg", quality=80, progressive=True)
colours.save(HERE / "halved-rows.jpg", quality=85, subsampling="4:2:2")
colours.save(HERE / "restarts.jpg", quality=90, subsampling="4:4:4", restart_marker_blocks=3)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# A valid header of 60,000 x 60,000 grey pixels; the data behind it is one row.
(HERE / "bomb.png").write_bytes(
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(bytes(60001)))
    + chunk(b"IEND", b"")
)

"""The drawn original: two faces that Mien draws, in colours that nothing else is like.

Turns, mirrors, exchanged channels, wrong matrices and wrong ranges all show in it.
"""

import csv
import functools
import pathlib
import subprocess
import tempfile

import numpy as np
from PIL import Image

SIZES = {"whole": (240, 176), "even": (234, 170), "odd": (233, 171), "small": (44, 32)}


@functools.lru_cache
def drawn_faces(program, count=9):
    """`mien data synthesize`: grey faces of 48 x 48, the same on every machine."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "faces.csv")
        subprocess.run(
            [program, "data", "synthesize", "--out", out, "--seed", "1", "--train", str(count),
             "--valid", "0", "--test", "0"], check=True, capture_output=True)
        rows = list(csv.DictReader(out.open()))
    return [np.array(row["pixels"].split(), np.uint8).reshape(48, 48) for row in rows]


def enlarged(face, side):
    return np.asarray(Image.fromarray(face).resize((side, side), Image.Resampling.BILINEAR))


class Original:
    """Pictures and frames, all cut from one drawing."""

    def __init__(self, program):
        faces = drawn_faces(program)
        self.faces = faces[3], faces[8]

    @functools.lru_cache(maxsize=64)
    def picture(self, size="whole", shift=0):
        """Red, green and blue, 8 bits; `shift` moves the larger face to the right, in pixels."""
        width, height = SIZES["whole"]
        grey = np.full((height, width), 140.0)
        grey[44:164, 8 + shift:128 + shift] = enlarged(self.faces[0], 120)
        grey[72:160, 148:236] = enlarged(self.faces[1], 88)
        u = np.linspace(0, 1, width)[None, :]
        v = np.linspace(0, 1, height)[:, None]
        tint = np.stack(np.broadcast_arrays(
            1.0 - 0.3 * v, 0.72 + 0.2 * u - 0.1 * v, 0.85 - 0.4 * u), 2)
        picture = grey[:, :, None] * tint
        # Along the top a band that runs from red over green to blue, dark at its left end.
        hue = np.stack([1 - u, 1 - abs(2 * u - 1), u], 2)
        picture[:32] = 250 * hue * (0.55 + 0.45 * u[:, :, None])
        # A bright corner at the bottom left, and one row and column that are like no other.
        picture[-12:, :40] = 245, 235, 120
        picture[0], picture[:, 0] = (30, 200, 90), (200, 40, 160)
        picture = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
        if size == "small":
            return np.asarray(
                Image.fromarray(picture).resize(SIZES["small"], Image.Resampling.BOX))
        width, height = SIZES[size]
        return picture[:height, :width]

    def grey(self, size="whole"):
        return luma(self.picture(size))


def luma(picture):
    """ITU-R BT.601, as Pillow has it."""
    return np.asarray(Image.fromarray(picture).convert("L"))


def rgb(picture):
    return picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, 2)


def upright(stored, orientation):
    """The picture that EXIF's orientation makes of what is stored."""
    match orientation:
        case 2: return stored[:, ::-1]
        case 3: return stored[::-1, ::-1]
        case 4: return stored[::-1]
        case 5: return stored.swapaxes(0, 1)
        case 6: return np.rot90(stored, -1)
        case 7: return stored[::-1, ::-1].swapaxes(0, 1)
        case 8: return np.rot90(stored, 1)
        case _: return stored


def stored(picture, orientation):
    """What has to be stored for `picture` to come out upright."""
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    return np.ascontiguousarray(upright(picture, inverse))


def exif(orientation, order="II"):
    """A TIFF header and a directory with nothing but the orientation; and one unknown tag."""
    import struct
    e = "<" if order == "II" else ">"
    entries = struct.pack(e + "HHIHH", 0x0112, 3, 1, orientation, 0)
    entries += struct.pack(e + "HHIHH", 0x0213, 3, 1, 1, 0)
    return order.encode() + struct.pack(e + "HIH", 42, 8, 2) + entries + bytes(4)

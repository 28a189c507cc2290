"""Readers that share nothing with Mien's own: Pillow, tifffile and OpenCV 5."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps


def pillow(case):
    image = Image.open(io.BytesIO(case.data))
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        return np.rint(np.asarray(image).astype(float) / 257).astype(np.uint8)
    if image.mode == "I":
        values = np.asarray(image).astype(float)
        return np.clip(np.rint(values / (257 if values.max() > 255 else 1)), 0, 255).astype("u1")
    if image.mode == "F":
        values = np.asarray(image).astype(float)
        return np.clip(np.rint(values * (255 if values.max() <= 1 else 1)), 0, 255).astype("u1")
    if image.mode == "LAB":
        return None
    return np.asarray(image.convert("L" if image.mode in ("1", "L", "LA") else "RGB"))


def opencv(case):
    import cv2
    image = cv2.imdecode(np.frombuffer(case.data, np.uint8), cv2.IMREAD_COLOR)
    return None if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def tiff(case):
    """tifffile's samples, shown by the meaning that the tags give them."""
    import tifffile
    with tifffile.TiffFile(io.BytesIO(case.data)) as file:
        page = file.pages[0]
        values, photometric = page.asarray(), page.photometric.name
        if page.planarconfig == 2 and values.ndim == 3: values = np.moveaxis(values, 0, -1)
        kind, bits = values.dtype.kind, page.bitspersample
        if kind == "b": values, bits = values.astype(np.uint8), 1
        if photometric == "CIELAB":
            import cv2
            lab = np.dstack([values[:, :, 0] / 2.55, values.astype(np.int8)[:, :, 1:]])
            colour = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_Lab2RGB)
            return turned(np.clip(np.rint(colour * 255), 0, 255).astype(np.uint8), page)
        if photometric == "PALETTE":
            return turned((page.colormap[:, values].transpose(1, 2, 0) / 257 + 0.5)
                          .astype(np.uint8), page)
        if kind == "f": values = values.astype(float) * (255 if values.max() <= 1 else 1)
        elif kind == "i":
            values = (values.astype(float) + (1 << bits - 1)) * 255 / ((1 << bits) - 1)
        elif not (photometric == "YCBCR" and page.compression == 7):
            values = values.astype(float) * 255 / ((1 << bits) - 1)
        if photometric == "MINISWHITE": values = 255 - values
        if photometric == "SEPARATED":
            values = (255 - values[:, :, :3]) * (255 - values[:, :, 3:4]) / 255
        elif values.ndim == 3:
            colours = 3 if photometric in ("RGB", "YCBCR") else 1
            if page.extrasamples and page.extrasamples[0] == 1:
                values[:, :, :colours] *= 255 / np.maximum(values[:, :, colours:colours + 1], 1)
            values = values[:, :, :colours].squeeze()
        if photometric == "YCBCR" and page.compression != 7: return None
        return turned(np.clip(np.rint(values), 0, 255).astype(np.uint8), page)


def turned(values, page):
    from original import upright
    return upright(values, page.tags["Orientation"].value if "Orientation" in page.tags else 1)


def all_of(case):
    """What each reader makes of it, by name; a reader that cannot is left out."""
    found = {}
    for name, read in [("Pillow", pillow), ("OpenCV 5", opencv), ("tifffile", tiff)]:
        if name == "tifffile" and case.ending != "tif": continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                picture = read(case)
        except Exception:  # noqa: BLE001 - readers raise whatever they like
            continue
        if picture is not None: found[name] = picture
    return found

"""WebP: lossy, lossless, alpha, orientation."""

import io
import struct

import numpy as np
from PIL import Image

from family import Case, Family, alpha
from original import exif, stored


class WebP(Family):
    name = "webp"
    axes = {
        "coding": ["lossy", "lossless"], "alpha": ["no", "yes", "flag-alone"],
        "orientation": [1, 2, 3, 4, 5, 6, 7, 8], "exif": ["II", "MM"],
        "prefix": ["no", "yes"], "aside": ["none", "xmp", "icc", "unknown"],
        "size": ["whole", "odd", "small"], "frames": [1, 2],
    }

    pairs = [("coding", "orientation"), ("alpha", "orientation"), ("aside", "orientation")]

    def valid(self, c):
        if c["orientation"] == 1 and (c["exif"], c["prefix"]) != ("II", "no"): return False
        if c["frames"] == 2: return c["orientation"] == 1 and c["alpha"] == "no"
        return c["alpha"] != "flag-alone" or c["coding"] == "lossless"

    def make(self, c, original):
        picture = original.picture(c["size"])
        values = picture
        if c["alpha"] != "no":
            plane = alpha(*picture.shape[:2])
            if c["alpha"] == "flag-alone": plane = np.full_like(plane, 255)
            values = np.concatenate([picture, plane[:, :, None]], 2)
        image = Image.fromarray(stored(values, c["orientation"]))
        out = io.BytesIO()
        options = {"lossless": c["coding"] == "lossless", "quality": 95, "exact": True}
        if c["aside"] == "xmp": options["xmp"] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
        if c["aside"] == "icc":
            from PIL import ImageCms
            options["icc_profile"] = ImageCms.ImageCmsProfile(
                ImageCms.createProfile("sRGB")).tobytes()
        if c["orientation"] > 1:
            body = exif(c["orientation"], c["exif"])
            options["exif"] = b"Exif\0\0" + body if c["prefix"] == "yes" else body
        if c["frames"] == 2:
            options |= {"save_all": True, "append_images": [image.rotate(180)], "duration": 100}
        image.save(out, "WEBP", **options)
        data = out.getvalue()
        if c["aside"] == "unknown":
            data += b"XTRA" + struct.pack("<I", 4) + b"\x1b[2J"
            data = data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
        loss, slack, peak = (0.0, 0.0, 0.0) if c["coding"] == "lossless" else (5.0, 0.3, 6.0)
        refusal = r"(?i)animated.*webp" if c["frames"] == 2 else None
        return Case(self.case_name(c), data, "webp", picture, loss, slack, peak, refusal)

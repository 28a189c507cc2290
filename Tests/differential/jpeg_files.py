"""JPEG: colour models, subsampling, scans, restarts, orientation, and what lies around it."""

import io
import shutil
import struct
import subprocess

import imagecodecs
import numpy as np
from PIL import Image

from family import Case, Family, NotMade, inks
from original import exif, luma, stored


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def without(data, marker):
    """The file without its segments of one marker."""
    out, place = data[:2], 2
    while data[place + 1] != 0xDA:
        size = 2 + struct.unpack(">H", data[place + 2:place + 4])[0]
        if data[place + 1] != marker: out += data[place:place + size]
        place += size
    return out + data[place:]


class Jpeg(Family):
    name = "jpeg"
    axes = {
        "colour": ["ycc", "grey", "rgb", "cmyk", "ycck", "cmyk-plain"],
        "subsampling": ["420", "444", "422", "440", "411"],
        "scans": ["baseline", "progressive", "arithmetic", "lossless", "12-bit", "jpeg-ls"],
        "quality": [92, 100, 60], "restart": ["none", "rows", "blocks"],
        "orientation": [1, 2, 3, 4, 5, 6, 7, 8], "exif": ["II", "MM"],
        "before": ["nothing", "xmp", "icc", "comment", "second-exif", "large-app", "fill"],
        "behind": ["nothing", "garbage", "second-jpeg", "clip", "no-end"],
        "size": ["whole", "odd", "small"],
    }

    pairs = [("colour", "scans"), ("colour", "subsampling"), ("colour", "orientation"),
             ("scans", "subsampling"), ("scans", "restart"), ("before", "orientation")]

    def valid(self, c):
        inky = c["colour"] in ("cmyk", "ycck", "cmyk-plain")
        if c["colour"] != "ycc" and c["subsampling"] not in ("420", "444"): return False
        if inky and c["scans"] not in ("baseline", "progressive", "arithmetic"): return False
        if c["colour"] in ("ycck",) and c["scans"] != "baseline": return False
        if c["restart"] != "none" and (c["colour"] == "ycck" or c["subsampling"] in ("440", "411")
                                       or c["scans"] not in ("baseline", "progressive")):
            return False
        if c["subsampling"] in ("440", "411") and c["scans"] not in ("baseline", "arithmetic"):
            return False
        if c["scans"] in ("lossless", "12-bit", "jpeg-ls"):
            return c["subsampling"] == "420" and c["colour"] in ("ycc", "grey") and \
                c["quality"] == 92
        return c["orientation"] != 1 or c["exif"] == "II"

    def make(self, c, original):
        picture = original.picture(c["size"])
        truth = luma(picture) if c["colour"] == "grey" else picture
        data = self.coded(c, stored(truth, c["orientation"]))
        first = {
            "nothing": b"", "xmp": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
            "icc": segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(128)),
            "comment": segment(0xFE, b"\xff\xd9\xff\xc0 not the end"), "second-exif": b"",
            "large-app": segment(0xED, b"Photoshop 3.0\0" + b"\xff\xd8\xff" * 20_000),
            "fill": b"\xff\xff\xff"}[c["before"]]
        turned = b""
        if c["orientation"] > 1:
            turned = segment(0xE1, b"Exif\0\0" + exif(c["orientation"], c["exif"]))
            if c["before"] == "second-exif": turned += segment(0xE1, b"Exif\0\0" + exif(1))
        data = data[:2] + first + turned + data[2:]
        small = io.BytesIO()
        Image.new("RGB", (16, 16), "red").save(small, "JPEG")
        data += {"nothing": b"", "garbage": b"\0\xff\x00rubbish" * 9,
                 "second-jpeg": small.getvalue(), "clip": b"\0\0\0\x18ftypmp42" + bytes(400),
                 "no-end": b""}[c["behind"]]
        if c["behind"] == "no-end": data = data.removesuffix(b"\xff\xd9")
        loss, slack, peak = (9.0, 0.3, 6.0) if c["quality"] != 60 else (14.0, 0.3, 6.0)
        if c["colour"] in ("cmyk", "ycck", "cmyk-plain"): slack = 0.7
        refusal = {"lossless": "(?i)lossless", "12-bit": "(?i)12 bit", "jpeg-ls": "(?i)jpeg-ls",
                   "arithmetic": "(?i)arithmetic"}.get(c["scans"])
        if c["behind"] == "no-end": refusal = "(?i)truncated"
        return Case(self.case_name(c), data, "jpg", truth, loss, slack, peak, refusal)

    def coded(self, c, values):
        if c["scans"] == "lossless": return imagecodecs.jpeg8_encode(values, lossless=True)
        if c["scans"] == "jpeg-ls": return imagecodecs.jpegls_encode(values)
        if c["scans"] == "12-bit":
            return imagecodecs.jpeg8_encode(values.astype(np.uint16) * 16, bitspersample=12)
        options = {"quality": c["quality"], "progressive": c["scans"] == "progressive"}
        if c["restart"] == "rows": options["restart_marker_rows"] = 1
        if c["restart"] == "blocks": options["restart_marker_blocks"] = 3
        out = io.BytesIO()
        if c["colour"] == "ycck":
            data = imagecodecs.jpeg8_encode(
                255 - inks(values), level=c["quality"], colorspace="CMYK", outcolorspace="YCCK")
        elif c["subsampling"] in ("440", "411"):
            data = imagecodecs.jpeg8_encode(
                values, level=c["quality"], subsampling=c["subsampling"])
        else:
            if c["colour"].startswith("cmyk"):
                image = Image.fromarray(inks(values), "CMYK")
            else:
                image = Image.fromarray(values)
            if c["colour"] == "ycc": options["subsampling"] = {"420": 2, "422": 1, "444": 0}[
                c["subsampling"]]
            if c["colour"] == "rgb": options["keep_rgb"] = True
            image.save(out, "JPEG", **options)
            data = out.getvalue()
            if c["colour"] == "cmyk-plain": data = without(data, 0xEE)
        if c["scans"] == "arithmetic":
            if not shutil.which("jpegtran"): raise NotMade("jpegtran (Debian: libjpeg-turbo-progs)")
            data = subprocess.run(["jpegtran", "-arithmetic", "-copy", "all"], input=data,
                                  capture_output=True, check=True).stdout
        return data

"""PNG: colour types, depths, interlace, transparency, orientation, and how the chunks lie."""

import struct
import zlib

import numpy as np

from family import Case, Family, alpha, from_levels, levels, palette
from original import exif, luma, stored
from tiff_writer import packed

COLOURS = {"rgb": 2, "grey": 0, "palette": 3, "grey-alpha": 4, "rgba": 6}
#: Adam7: first column and row, and the steps.
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2)]


def chunk(name, content):
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def paeth(left, up, corner):
    estimate = left + up - corner
    by_left, by_up = abs(estimate - left), abs(estimate - up)
    by_corner = abs(estimate - corner)
    return np.where((by_left <= by_up) & (by_left <= by_corner), left,
                    np.where(by_up <= by_corner, up, corner))


def filtered(rows, step):
    """Each row with one of the five filters, in turn."""
    out, above = [], np.zeros(rows.shape[1], np.int32)
    for number, row in enumerate(rows.astype(np.int32)):
        left, corner = np.roll(row, step), np.roll(above, step)
        left[:step] = corner[:step] = 0
        kind = number % 5
        less = [0, left, above, (left + above) // 2, paeth(left, above, corner)][kind]
        out.append(bytes([kind]) + ((row - less) & 255).astype(np.uint8).tobytes())
        above = row
    return b"".join(out)


class Png(Family):
    name = "png"
    axes = {
        "colour": list(COLOURS), "depth": [8, 1, 2, 4, 16], "interlace": ["no", "adam7"],
        "trns": ["no", "yes"], "orientation": [1, 2, 3, 4, 5, 6, 7, 8], "exif": ["II", "MM"],
        "exif-place": ["before", "behind"],
        "aside": ["none", "gamma", "srgb", "text", "background", "animation"],
        "idat": ["one", "many", "empty-ones"], "size": ["whole", "odd", "small"],
    }

    pairs = [("colour", "depth"), ("colour", "interlace"), ("depth", "interlace"),
             ("colour", "trns"), ("colour", "orientation"), ("orientation", "exif-place")]

    def valid(self, c):
        depths = {"rgb": (8, 16), "grey": (1, 2, 4, 8, 16), "palette": (1, 2, 4, 8),
                  "grey-alpha": (8, 16), "rgba": (8, 16)}
        return (c["depth"] in depths[c["colour"]]
                and not (c["trns"] == "yes" and c["colour"] in ("grey-alpha", "rgba"))
                and (c["orientation"] != 1 or (c["exif"], c["exif-place"]) == ("II", "before")))

    def make(self, c, original):
        picture, bits = original.picture(c["size"]), c["depth"]
        before = b""
        most = (1 << bits) - 1
        plane = alpha(*picture.shape[:2])[:, :, None]
        if c["colour"] == "palette":
            indices, colours = palette(picture, 1 << bits)
            values, truth = indices[:, :, None], colours[indices]
            before += chunk(b"PLTE", colours.tobytes())
            if c["trns"] == "yes": before += chunk(b"tRNS", bytes([90, 0])[:1 << bits])
        else:
            base = luma(picture)[:, :, None] if c["colour"].startswith("grey") else picture
            truth = from_levels(levels(base, bits), most)
            truth = truth[:, :, 0] if truth.shape[2] == 1 else truth
            values = levels(base, bits)
            if c["trns"] == "yes":
                before += chunk(b"tRNS", values[5, 5].astype(">u2").tobytes())
            if c["colour"] in ("grey-alpha", "rgba"):
                values = np.concatenate([values, levels(plane, bits)], 2)
        values = stored(values, c["orientation"])
        height, width, count = values.shape
        head = struct.pack(">IIBBBBB", width, height, bits, COLOURS[c["colour"]], 0, 0,
                           c["interlace"] == "adam7")
        step = max(1, bits * count // 8)
        parts = ([values[y::dy, x::dx] for x, y, dx, dy in PASSES]
                 if c["interlace"] == "adam7" else [values])
        raw = b""
        for part in parts:
            if part.size:
                rows = np.frombuffer(packed(part.reshape(len(part), -1), bits, ">", "u"), np.uint8)
                raw += filtered(rows.reshape(len(part), -1), step)
        stream = zlib.compress(raw)
        pieces = [stream] if c["idat"] == "one" else [
            stream[i:i + 997] for i in range(0, len(stream), 997)]
        if c["idat"] == "empty-ones": pieces = [b"", *pieces, b""]
        pixels = b"".join(chunk(b"IDAT", piece) for piece in pieces)
        turned = chunk(b"eXIf", exif(c["orientation"], c["exif"])) if c["orientation"] > 1 else b""
        aside = {"none": b"", "gamma": chunk(b"gAMA", struct.pack(">I", 100000)),
                 "srgb": chunk(b"sRGB", b"\0"), "text": chunk(b"tEXt", b"Comment\0\x1b[2J"),
                 "background": b"",
                 "animation": chunk(b"acTL", struct.pack(">II", 1, 0))
                 + chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, width, height, 0, 0, 1, 10, 0, 0))}
        first = aside[c["aside"]]
        if c["aside"] == "background":
            content = b"\0" if c["colour"] == "palette" else bytes(
                2 if c["colour"].startswith("grey") else 6)
            before += chunk(b"bKGD", content)
        data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + first + before
        data += (turned + pixels if c["exif-place"] == "before" else pixels + turned)
        data += chunk(b"IEND", b"")
        loss, slack = (0.0, 0.0) if bits <= 8 else (0.6, 0.6)
        return Case(self.case_name(c), data, "png", truth, loss, slack, 1.0)

"""Windows and OS/2 bitmaps."""

import struct

import numpy as np

from family import Case, Family, alpha, from_levels, levels, palette

PIXELS = ["24", "1", "4", "8", "8-grey", "8-few", "16", "16-565", "16-4444", "32", "32-fields",
          "32-alpha", "rle8", "rle4"]


def run_lengths(indices, per_byte):
    """RLE8 or RLE4: runs, literals and ends of lines."""
    out = b""
    for row in indices[::-1]:
        place = 0
        while place < len(row):
            run = 1
            while place + run < len(row) and run < 255 and row[place + run] == row[place]:
                run += 1
            value = int(row[place])
            out += bytes([run, value if per_byte == 1 else value << 4 | value])
            place += run
        out += b"\0\0"
    return out + b"\0\1"


class Bmp(Family):
    name = "bmp"
    axes = {"pixels": PIXELS, "header": [40, 12, 52, 56, 64, 108, 124], "rows": ["up", "down"],
            "size": ["whole", "odd", "small"], "gap": [0, 6], "zero-size": ["no", "yes"]}

    pairs = [("pixels", "header"), ("pixels", "rows"), ("pixels", "size")]

    def valid(self, c):
        pixels, header = c["pixels"], c["header"]
        if header == 12: return pixels in ("24", "1", "4", "8") and c["rows"] == "up"
        if header == 64: return pixels in ("24", "1", "4", "8") and c["rows"] == "up"
        if pixels.startswith("rle"): return c["rows"] == "up"
        if pixels == "32-alpha": return header >= 56
        return True

    def make(self, c, original):
        picture, pixels, header = original.picture(c["size"]), c["pixels"], c["header"]
        height, width = picture.shape[:2]
        colours, compression, masks, refusal = None, 0, (), None
        if pixels == "24":
            truth, rows, bits = picture, picture[:, :, ::-1].reshape(height, -1), 24
        elif pixels.startswith(("1", "4", "8", "rle")) and not pixels.startswith("16"):
            bits = int(pixels.removeprefix("rle")[0])
            count = 1 << bits if pixels != "8-few" else 100
            if pixels == "8-grey":
                from original import luma
                indices = luma(picture)
                colours = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
            else:
                indices, colours = palette(picture, count)
            truth = colours[indices]
            if pixels.startswith("rle"):
                compression = 1 if bits == 8 else 2
            else:
                shifts = np.arange(bits - 1, -1, -1)
                stream = ((indices[:, :, None] >> shifts) & 1).astype(np.uint8)
                rows = np.packbits(stream.reshape(height, -1), axis=1)
        elif pixels.startswith("16"):
            bits = 16
            fields = {"16": (5, 5, 5), "16-565": (5, 6, 5), "16-4444": (4, 4, 4)}[pixels]
            values, truth, shift = np.zeros((height, width), np.uint16), [], 0
            places = []
            for channel, size in reversed(list(enumerate(fields))):
                level = levels(picture[:, :, channel], size).astype(np.uint16)
                values |= level << shift
                truth.insert(0, from_levels(level, (1 << size) - 1))
                places.insert(0, ((1 << size) - 1) << shift)
                shift += size
            truth = np.stack(truth, 2)
            if pixels != "16": compression, masks = 3, (*places, 0)
            rows = values.astype("<u2").view(np.uint8).reshape(height, -1)
        else:
            bits, truth = 32, picture
            plane = alpha(height, width)
            if pixels != "32-alpha": plane = np.zeros_like(plane)
            order = [picture[:, :, 2], picture[:, :, 1], picture[:, :, 0], plane]
            masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000 if pixels == "32-alpha" else 0)
            if pixels == "32-fields":
                order, masks = [plane, order[0], order[1], order[2]], (
                    0xFF000000, 0xFF0000, 0xFF00, 0)
            if pixels != "32": compression = 3
            else: masks = ()
            rows = np.stack(order, 2).reshape(height, -1)
        if compression in (1, 2):
            body = run_lengths(indices, 1 if bits == 8 else 2)
        else:
            rows = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4)))
            body = (rows if c["rows"] == "down" else rows[::-1]).tobytes()
        count = 0 if colours is None else len(colours)
        size = 0 if c["zero-size"] == "yes" and compression in (0, 3) else len(body)
        if header == 12:
            info = struct.pack("<IHHHH", 12, width, height, 1, bits)
        else:
            info = struct.pack("<IiiHHIIiiII", header, width,
                               -height if c["rows"] == "down" else height, 1, bits, compression,
                               size, 2835, 2835, count if pixels == "8-few" else 0, 0)
            tail = b""
            if header >= 52:
                four = masks or (0, 0, 0, 0)
                tail = struct.pack("<4I", *four)[:header - 40].ljust(header - 40, b"\0")
                if header == 64: tail = bytes(24)
                if header >= 108: tail = tail[:16] + b"BGRs" + tail[20:]
            info += tail
            if header == 40 and compression == 3: info += struct.pack("<3I", *masks[:3])
        table = b""
        if colours is not None:
            bgr = colours[:, ::-1].astype(np.uint8)
            table = bgr.tobytes() if header == 12 else np.pad(bgr, ((0, 0), (0, 1))).tobytes()
        start = 14 + len(info) + len(table) + c["gap"]
        data = b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + info + table
        data += bytes(c["gap"]) + body
        # 5 or 6 bits widen to 8 by shifting or by scaling, as the reader likes.
        slack, peak = (4.5, 9.0) if pixels.startswith("16") else (0.0, 0.0)
        if header in (12, 52, 56, 64) or pixels in ("16-4444", "32-fields"): refusal = "(?i)bmp"
        return Case(self.case_name(c), data, "bmp", truth, slack, slack, peak, refusal)

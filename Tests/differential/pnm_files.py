"""The portable maps of Netpbm: P1 to P7, and the floating point ones."""

import numpy as np

from family import Case, Family, alpha, from_levels
from original import luma

KINDS = ["P6", "P5", "P4", "P3", "P2", "P1", "P7-rgb", "P7-grey", "P7-rgba", "P7-grey-alpha",
         "P7-bilevel", "PF", "Pf", "PF-little"]


class Pnm(Family):
    name = "pnm"
    axes = {
        "kind": KINDS, "most": [255, 1, 2, 15, 100, 254, 256, 1023, 4095, 65535],
        "comments": ["none", "after-magic", "between", "before-pixels"],
        "space": ["lines", "tabs", "windows"], "behind": ["nothing", "second", "newline"],
        "ending": ["usual", "pnm"], "size": ["whole", "odd", "small"],
    }

    pairs = [("kind", "most"), ("kind", "comments"), ("kind", "space"), ("kind", "behind")]

    def valid(self, c):
        kind = c["kind"]
        if kind in ("P1", "P4", "P7-bilevel") or kind.startswith(("PF", "Pf")):
            if c["most"] != 255: return False
        if kind.startswith("P7") and c["space"] == "windows": return False
        if kind.startswith(("PF", "Pf")):
            return c["comments"] == "none" and c["space"] == "lines" and c["behind"] == "nothing"
        if kind.startswith("P7") and c["comments"] == "before-pixels": return False
        # One white space ends the header of a binary map: two would be a pixel.
        return not (c["space"] == "windows" and kind in ("P4", "P5", "P6"))

    def make(self, c, original):
        kind, most = c["kind"], c["most"]
        picture = original.picture(c["size"])
        is_colour = kind in ("P6", "P3", "P7-rgb", "P7-rgba", "PF", "PF-little")
        base = picture if is_colour else luma(picture)
        height, width = base.shape[:2]
        if kind in ("P1", "P4", "P7-bilevel"):
            bits = base >= 128
            truth = np.where(bits, 255, 0).astype(np.uint8)
            ink = (~bits).astype(np.uint8)
        else:
            values = np.rint(base.astype(float) * most / 255).astype(np.int64)
            truth = from_levels(values, most)
        refusal = None
        if kind.startswith(("PF", "Pf")):
            head = kind[:2].encode() + b"\n%d %d\n" % (width, height)
            order = "<" if kind == "PF-little" else ">"
            head += b"-1.0\n" if kind == "PF-little" else b"1.0\n"
            body = (base[::-1].astype(float) / 255).astype(order + "f4").tobytes()
            refusal, truth = "(?i)(pfm|float)", base
        elif kind.startswith("P7"):
            plane = np.rint(alpha(height, width).astype(float) * most / 255).astype(np.int64)
            name = {"P7-rgb": b"RGB", "P7-grey": b"GRAYSCALE", "P7-rgba": b"RGB_ALPHA",
                    "P7-grey-alpha": b"GRAYSCALE_ALPHA", "P7-bilevel": b"BLACKANDWHITE"}[kind]
            stack = (1 - ink if kind == "P7-bilevel" else values).reshape(height, width, -1)
            if "alpha" in kind or "rgba" in kind:
                stack = np.concatenate([stack, plane[:, :, None]], 2)
            note = b"# a\n" if c["comments"] != "none" else b""
            head = b"P7\n" + note + b"WIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL %d\n" % (
                width, height, stack.shape[2], 1 if kind == "P7-bilevel" else most)
            head += b"TUPLTYPE %s\nENDHDR\n" % name
            body = stack.astype(">u2" if most > 255 else "u1").tobytes()
            refusal = "(?i)(pam|p7)"
        else:
            gap = {"lines": b"\n", "tabs": b"\t", "windows": b"\r\n"}[c["space"]]
            note = {"none": b"", "before-pixels": b""}.get(c["comments"], b"# 12 7\n")
            head = kind.encode() + gap
            if c["comments"] == "after-magic": head += note
            head += b"%d" % width + gap + (note if c["comments"] == "between" else b"")
            head += b"%d" % height
            if kind not in ("P1", "P4"): head += gap + b"%d" % most
            head += b"\n# the end\n" if c["comments"] == "before-pixels" and kind[1] in "123" else (
                b"\n")
            if kind == "P4": body = np.packbits(ink, axis=1).tobytes()
            elif kind == "P1": body = b"\n".join(b"".join(b"%d" % v for v in row) for row in ink)
            elif kind in ("P2", "P3"):
                body = gap.join(b" ".join(b"%d" % v for v in row.ravel()) for row in values)
            else: body = values.astype(">u2" if most > 255 else "u1").tobytes()
        data = head + body
        if c["behind"] == "second": data += (b"\n" if kind[1] in "123" else b"") + head + body
        if c["behind"] == "newline": data += b"\n"
        usual = {"P6": "ppm", "P3": "ppm", "P5": "pgm", "P2": "pgm", "P4": "pbm", "P1": "pbm"}
        ending = usual.get(kind, "pam" if kind[1] == "7" else "pfm")
        if c["ending"] == "pnm": ending = "pnm"
        loss, slack = (0.0, 0.5) if most == 255 else (0.6, 0.5)
        return Case(self.case_name(c), data, ending, truth, loss, slack, 1.0, refusal)

"""Clips: containers and codecs, and all that says how frames are shown and when."""

import hdr
from clip_forms import BOXES, CODECS, FOREIGN, FORMS, split
from clip_writer import CURVES, CUT, GAPS, MATRICES, SHAPES, Encoding
from family import Case, Family
from original import luma, rgb

FRAMES = 12
YUV = "yuv", "yuyv", "uyvy", "nv"


class Clip(Family):
    name = "clip"
    axes = {
        "form": FORMS + list(FOREIGN),
        "pixels": ["own"] + sorted({each for _, formats, _ in CODECS.values()
                                    for each in formats.split()}),
        "range": ["unsaid", "limited", "full"],
        "matrix": ["unsaid", *MATRICES],
        "orientation": [1, 2, 3, 4, 5, 6, 7, 8],
        "shape": list(SHAPES),
        "size": ["whole", "even", "odd", "small"],
        "crop": ["none", "bits"],
        "scan": ["progressive", "fields"],
        "edit": ["none", "cut", "late"],
        "gop": ["b", "plain", "intra"],
        "rate": ["10", "25", "29.97", "uneven"],
        "streams": ["alone", "sound", "sound-first", "cover"],
        "transfer": ["usual", *CURVES],
    }
    pairs = [("form", "pixels"), ("form", "transfer"), ("range", "matrix"),
             ("orientation", "shape"), ("orientation", "edit"), ("edit", "gop"),
             *[("form", axis, 1) for axis in (
                 "gop", "rate", "size", "shape", "edit", "range", "matrix", "streams",
                 "orientation", "crop")]]

    def settled(self, c):
        if c["transfer"] == "usual": return c
        return c | {"pixels": "yuv420p10le", "matrix": "2020", "range": "unsaid"}

    def valid(self, c):
        container, codec = split(c["form"])
        if codec not in CODECS: return False
        if c["form"] in FOREIGN and any(
                value != self.axes[axis][0] for axis, value in c.items()
                if axis not in ("form", "rate")): return False
        formats = CODECS[codec][1].split()
        pixels = formats[0] if c["pixels"] == "own" else c["pixels"]
        if pixels not in formats or c["pixels"] == formats[0]: return False
        is_yuv = pixels.startswith(YUV)
        if not is_yuv and (c["range"] != "unsaid" or c["matrix"] != "unsaid"): return False
        if codec == "mjpeg" and c["range"] == "limited": return False
        in_matroska = container in ("mkv", "webm")
        if c["orientation"] != 1 and container not in BOXES and not (
                in_matroska and c["orientation"] in (3, 6, 8) and c["crop"] == "none"): return False
        if in_matroska and c["orientation"] != 1 and (
                c["range"], c["matrix"]) != ("unsaid", "unsaid"): return False
        if c["crop"] == "bits" and (codec not in ("h264", "hevc") or c["size"] == "odd"
                                    or c["shape"] != "1:1"): return False
        if c["scan"] == "fields" and (codec not in ("h264", "mpeg2") or pixels != "yuv420p"
                                      or c["size"] != "whole" or c["crop"] != "none"): return False
        if c["edit"] == "cut" and (container not in BOXES or c["gop"] == "intra"
                                   or codec not in ("h264", "hevc", "mpeg4")): return False
        if c["size"] == "small" and codec == "j2k": return False
        # Of 44 pixels, half as many stored lose more than the codec does; 33 are not even.
        if c["size"] == "small" and c["shape"] in ("2:1", "4:3"): return False
        if c["gop"] == "plain" and codec not in ("h264", "hevc", "mpeg4", "mpeg2", "mpeg1"):
            return False
        if c["rate"] == "10" and codec in ("mpeg1", "mpeg2", "h263"): return False
        if c["rate"] == "uneven" and (container in ("avi", "ogv", "mpg", "vob", "m4v", "dv")
                                      or codec in ("mpeg1", "mpeg2", "mpeg4", "h263", "av1")):
            return False
        if codec == "h263" and (c["size"] != "whole" or c["shape"] != "1:1"
                                or c["orientation"] != 1): return False
        if c["streams"] == "cover" and container not in ("mp4", "mkv"): return False
        if c["streams"] != "alone" and c["edit"] == "cut": return False
        if c["transfer"] != "usual":
            return (pixels == "yuv420p10le" and c["range"] != "full" and c["matrix"] == "2020"
                    and codec in ("h264", "hevc", "vp9", "av1") and container != "avi")
        return True

    def make(self, c, original):
        encoding = Encoding(c)
        truth, times = self.frames(c, original, encoding.codec), self.times(c)
        if encoding.pixels.startswith("gray"): truth = [rgb(luma(frame)) for frame in truth]
        data = encoding.write(truth)
        if c["edit"] == "cut": truth, times = self.cut(truth, times)
        times = encoding.stamps or times
        scale = "scale=flags=accurate_rnd+full_chroma_inp+full_chroma_int+bicubic"
        if encoding.pixels.startswith(YUV):
            scale += f":in_color_matrix={encoding.matrix}:in_range={encoding.range}"
        loss, slack, refusal = encoding.loss, 0.8, None
        if encoding.pixels == "pal8": loss = 30
        if c["form"] in FOREIGN: refusal = f"(?i)({FOREIGN[c['form']]})"
        # The quick converters of 8 bits take each pixel's chroma from the nearest sample.
        if c["size"] == "small": slack = 1.2
        curve = c["transfer"] if encoding.curve else ""
        if curve: truth = [hdr.expected(frame) for frame in truth]
        return Case(self.case_name(c), data, encoding.container, truth, loss, slack, 255, refusal,
                    times, scale, c["shape"] != "1:1", curve)

    def cut(self, frames, times):
        """What is left after the writer's cut."""
        first = sum(time < CUT for time in times)
        return frames[first:], [time - times[first] for time in times[first:]]

    def frames(self, c, original, codec):
        frames = [original.picture(c["size"], 2 * index) for index in range(FRAMES)]
        height, width = frames[0].shape[:2]
        # H.263 has this size alone; stretched pixels need even ones.
        if codec == "h263": height, width = 144, 176
        elif c["shape"] != "1:1": height, width = height // 2 * 2, width // 2 * 2
        return [frame[:height, :width] for frame in frames]

    def times(self, c):
        if c["rate"] == "uneven": return GAPS
        rate = 30000 / 1001 if c["rate"] == "29.97" else float(c["rate"])
        return [index / rate for index in range(FRAMES)]

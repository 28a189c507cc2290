"""Clips: containers and codecs, and all that says how frames are shown and when."""

import pathlib
import struct
import subprocess
import tempfile

import numpy as np
from PIL import Image

import clip_reader
from clip_forms import BOXES, CODECS, FOREIGN, FORMS, MUXERS, split
from family import Case, Family, NotMade
from original import luma, rgb, stored

FRAMES = 12
MATRICES = {"601": ("bt601", "smpte170m"), "709": ("bt709", "bt709"), "2020": ("bt2020", "bt2020nc"),
            "240": ("smpte240m", "smpte240m"), "fcc": ("fcc", "fcc"), "bt470bg": ("bt601", "bt470bg")}
SHAPES = {"1:1": 1, "2:1": 2, "4:3": 4 / 3, "1:2": 0.5, "10:11": 10 / 11}
GAPS = [0, 0.1, 0.2, 1.2, 1.3, 1.34, 1.6, 2.6, 2.64, 2.7, 4.0, 4.1]
#: Along a track's x and y axes, by EXIF's numbers: a, b, c, d of the track header's matrix.
TURNS = {1: (1, 0, 0, 1), 2: (-1, 0, 0, 1), 3: (-1, 0, 0, -1), 4: (1, 0, 0, -1), 5: (0, 1, 1, 0),
         6: (0, 1, -1, 0), 7: (0, -1, -1, 0), 8: (0, -1, 1, 0)}


def ffmpeg(*arguments, input=None):
    done = subprocess.run(["ffmpeg", *clip_reader.QUIET, "-y", *map(str, arguments)],
                          input=input, capture_output=True, timeout=180)
    if done.returncode:
        said = [line for line in done.stderr.decode(errors="replace").splitlines()
                if not line.startswith(("Svt", "Error"))]
        raise NotMade(said[0][-90:] if said else "ffmpeg says nothing")


def matroska(data, orientation):
    """The file with a roll in place of what it says of colours (Matroska's Projection)."""
    start = data.index(b"\x55\xb0")
    size = data[start + 2] & 0x7F
    roll = {3: 180, 6: -90, 8: 90}[orientation]
    new = b"\x76\x70\x8b\x76\x71\x81\0\x76\x75\x84" + struct.pack(">f", roll)
    rest = size + 3 - len(new) - 2
    if rest < 0: raise NotMade("there is no room for the element")
    return data[:start] + new + bytes([0xEC, 0x80 | rest]) + bytes(rest) + data[start + 3 + size:]


def turned(data, orientation):
    """The file with the matrix of its picture track's header."""
    data = bytearray(data)
    place = data.find(b"tkhd")
    while place >= 0:
        start = place + 4 + (52 if data[place + 4] else 40)
        width, height = struct.unpack(">II", data[start + 36:start + 44])
        if width and height:
            a, b, c, d = TURNS[orientation]
            left = (width if a < 0 else 0) + (height if c < 0 else 0)
            top = (width if b < 0 else 0) + (height if d < 0 else 0)
            one = 1 << 16
            data[start:start + 36] = struct.pack(
                ">9i", a * one, b * one, 0, c * one, d * one, 0, left, top, 1 << 30)
        place = data.find(b"tkhd", place + 4)
    return bytes(data)


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
        "transfer": ["usual", "pq", "hlg"],
    }
    pairs = [("form", "pixels"), ("form", "gop", 1), ("form", "rate", 1), ("range", "matrix"),
             ("orientation", "shape"), ("edit", "gop"), ("form", "size", 1), ("form", "shape", 1),
             ("orientation", "edit"), ("form", "edit", 1), ("form", "range", 1), ("form", "streams", 1),
             ("form", "matrix", 1), ("form", "transfer"),
             ("form", "orientation", 1), ("form", "crop", 1)]

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
        is_yuv = pixels.startswith(("yuv", "nv"))
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
                                      or c["size"] != "whole"): return False
        if c["edit"] == "cut" and (container not in BOXES or c["gop"] == "intra"
                                   or codec not in ("h264", "hevc", "mpeg4")): return False
        if pixels == "gray" and c["form"] == "mov-raw": return False
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
        container, codec = split(c["form"])
        options, formats, loss = CODECS[codec]
        pixels = formats.split()[0] if c["pixels"] == "own" else c["pixels"]
        truth = self.frames(c, original, codec)
        if pixels.startswith("gray"): truth = [rgb(luma(frame)) for frame in truth]
        matrix, tag = MATRICES.get(c["matrix"], ("bt601", None))
        is_full = c["range"] == "full" or pixels.startswith(("yuvj", "gray"))
        levels = "full" if is_full else "limited"
        if pixels == "pal8": loss = 30
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "clip." + container)
            self.encode(c, path, options, pixels, matrix, tag, levels, truth)
            if c["edit"] == "cut":
                whole = path.rename(path.with_stem("whole"))
                ffmpeg("-ss", 0.45, "-i", whole, "-c", "copy", path)
            data = path.read_bytes()
            if container in BOXES and c["orientation"] != 1:
                data = turned(data, c["orientation"])
            elif c["orientation"] != 1:
                data = matroska(data, c["orientation"])
            self.check(c, path, levels, tag)
        times = self.times(c, codec)
        if c["edit"] == "cut": truth, times = truth[5:], [time - times[5] for time in times[5:]]
        scale = "scale=flags=accurate_rnd+full_chroma_inp+full_chroma_int+bicubic"
        if pixels.startswith(("yuv", "nv", "yuy")):
            scale += f":in_color_matrix={matrix}:in_range={levels}"
        slack, refusal = 0.8, None
        if c["form"] in FOREIGN: refusal = f"(?i)({FOREIGN[c['form']]})"
        if c["transfer"] != "usual":
            scale = "zscale=t=iec61966-2-1:p=bt709:m=gbr:r=full:npl=203,format=gbrp"
            slack, refusal = 8.0, "(?i)(hdr|pq|hlg|transfer)"
        return Case(self.case_name(c), data, container, truth, loss, slack, 255, refusal,
                    times, scale, c["shape"] != "1:1")

    def frames(self, c, original, codec):
        size = c["size"]
        frames = [original.picture(size, 2 * index) for index in range(FRAMES)]
        if codec == "h263": frames = [frame[:144, :176] for frame in frames]
        if c["shape"] != "1:1":
            # Even sizes for the pixels that are stored.
            height, width = frames[0].shape[:2]
            frames = [frame[:height // 2 * 2, :width // 2 * 2] for frame in frames]
        return frames

    def times(self, c, codec):
        if c["rate"] == "uneven": return GAPS
        rate = {"29.97": 30000 / 1001}.get(c["rate"]) or float(c["rate"])
        return [index / rate for index in range(FRAMES)]

    def encode(self, c, path, options, pixels, matrix, tag, levels, truth):
        container, codec = split(c["form"])
        across = SHAPES[c["shape"]]
        if c["orientation"] > 4: across = 1 / across
        given = [stored(frame, c["orientation"]) for frame in truth]
        height, width = given[0].shape[:2]
        if across != 1:
            width = round(width / across / 2) * 2
            given = [np.asarray(Image.fromarray(frame).resize((width, height),
                                                              Image.Resampling.BICUBIC))
                     for frame in given]
        bits = []
        if c["crop"] == "bits":
            right, bottom = -(width + 8) % 16 + 16, -(height + 4) % 16 + 16
            given = [np.pad(frame, ((4, bottom), (8, right), (0, 0)), constant_values=250)
                     for frame in given]
            height, width = given[0].shape[:2]
            bits = ["-bsf:v", f"{codec}_metadata=crop_left=8:crop_top=4:"
                    f"crop_right={right}:crop_bottom={bottom}"]
        chain = []
        if c["rate"] == "uneven":
            steps = "+".join(f"({gap})*eq(N\\,{index})" for index, gap in enumerate(GAPS))
            chain += ["settb=1/1000", f"setpts=({steps})/TB"]
        if c["transfer"] != "usual":
            curve = {"pq": "smpte2084", "hlg": "arib-std-b67"}[c["transfer"]]
            chain += ["format=gbrp", "zscale=min=gbr:rin=full:tin=iec61966-2-1:pin=bt709:"
                      f"t={curve}:p=2020:m=2020_ncl:r=limited:npl=203", f"format={pixels}"]
        else:
            chain += [f"scale=out_color_matrix={matrix}:out_range={levels}:"
                      "flags=accurate_rnd+full_chroma_int+bicubic", f"format={pixels}"]
        chain.append(f"setsar={c['shape'].replace(':', '/') if c['orientation'] < 5 else '/'.join(reversed(c['shape'].split(':')))}")
        tags = []
        if c["range"] != "unsaid" or pixels.startswith("gray"): tags += ["-color_range", "tv" if levels == "limited" else "pc"]
        if tag: tags += ["-colorspace", tag]
        if c["transfer"] != "usual":
            tags += ["-color_primaries", "bt2020", "-color_trc", curve]
        if container in ("mkv", "webm") and c["orientation"] != 1:
            tags += ["-color_range", "tv", "-colorspace", "smpte170m", "-color_primaries", "bt709",
                     "-color_trc", "bt709"]
        if c["scan"] == "fields": tags += ["-flags", "+ilme+ildct", "-top", "1"]
        gop = {"b": ["-g", "10"] + (["-bf", "2"] if codec in ("h264", "hevc", "mpeg4", "mpeg2",
                                                              "mpeg1") else []),
               "plain": ["-g", "10", "-bf", "0"], "intra": ["-g", "1"]}[c["gop"]]
        if codec in ("prores", "cineform", "huffyuv", "utvideo", "raw", "png", "mjpeg", "v210",
                     "magicyuv", "j2k", "y4m"): gop = []
        inputs = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}",
                  "-framerate", c["rate"].replace("29.97", "30000/1001").replace("uneven", "10"),
                  "-i", "-"]
        maps = ["-map", "0:v"]
        if c["streams"].startswith("sound"):
            inputs += ["-f", "lavfi", "-t", "1", "-i", "sine=440"]
            maps = ["-map", "0:v", "-map", "1:a"]
            if container == "3gp": tags += ["-c:a", "aac"]
            if c["streams"] == "sound-first": maps = maps[2:] + maps[:2]
        elif c["streams"] == "cover":
            cover = path.with_name("cover.png")
            Image.new("RGB", (64, 64), "red").save(cover)
            inputs += ["-i", cover]
            maps += ["-map", "1:v", "-c:v:1", "png", "-disposition:v:1", "attached_pic"]
            options = options.replace("-c:v ", "-c:v:0 ")
        if c["rate"] == "uneven": tags += ["-fps_mode", "passthrough", "-enc_time_base", "1:1000"]
        if c["edit"] == "late": tags += ["-output_ts_offset", "5.5"]
        if container in ("mxf", "asf"): tags += ["-strict", "-2"]
        muxer = MUXERS.get(container, container).split()
        split_at = "[0:v]" if c["streams"] == "cover" else None
        filters = (["-filter:v:0", ",".join(chain)] if split_at else ["-vf", ",".join(chain)])
        ffmpeg(*inputs, *maps, *filters, *options.split(), *gop, "-threads", 1,
               *(["-pix_fmt:v:0", pixels] if split_at else ["-pix_fmt", pixels]), *tags, *bits,
               "-strict", "-2", "-f", *muxer, path, input=b"".join(map(np.ndarray.tobytes, given)))

    def check(self, c, path, levels, tag):
        """That the file says what it was to say; not every form has a place for it."""
        frames = clip_reader.probe(
            path, "frame=color_range,color_space,sample_aspect_ratio,color_transfer")
        first = (frames.get("frames") or [{}])[0]
        said = first.get("color_range", "unknown"), first.get("color_space", "unknown")
        if c["range"] != "unsaid" and said[0] != ("tv" if levels == "limited" else "pc"):
            raise NotMade("the form does not carry a range")
        if tag and said[1] != tag: raise NotMade("the form does not carry this matrix")
        if c["matrix"] == "unsaid" and said[1] not in ("unknown", "smpte170m", "bt470bg", "gbr"):
            raise NotMade(f"the form says {said[1]} by itself")
        shape = first.get("sample_aspect_ratio", "1:1").replace("N/A", "1:1")
        if c["shape"] != "1:1" and shape in ("1:1", "0:1"):
            raise NotMade("the form does not carry a shape of pixels")

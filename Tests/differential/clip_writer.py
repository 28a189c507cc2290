"""Clips by ffmpeg, and what it does not write: a track's matrix, Matroska's roll."""

import dataclasses
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
from PIL import Image

import clip_reader
import hdr
from clip_forms import BOXES, CODECS, MUXERS, SINGLE, split
from family import NotMade
from original import stored

MATRICES = {
    "601": ("bt601", "smpte170m"), "709": ("bt709", "bt709"), "2020": ("bt2020", "bt2020nc"),
    "240": ("smpte240m", "smpte240m"), "fcc": ("fcc", "fcc"), "bt470bg": ("bt601", "bt470bg")}
SHAPES = {"1:1": 1, "2:1": 2, "4:3": 4 / 3, "1:2": 0.5, "10:11": 10 / 11}
CURVES = {"pq": "smpte2084", "hlg": "arib-std-b67"}
#: Seconds of frames that do not follow each other evenly.
GAPS = [0, 0.1, 0.2, 1.2, 1.3, 1.34, 1.6, 2.6, 2.64, 2.7, 4.0, 4.1]
#: Seconds before which an edit list leaves frames out.
CUT = 0.45
#: Along a track's x and y axes, by EXIF's numbers: a, b, c, d of the track header's matrix.
TURNS = {1: (1, 0, 0, 1), 2: (-1, 0, 0, 1), 3: (-1, 0, 0, -1), 4: (1, 0, 0, -1), 5: (0, 1, 1, 0),
         6: (0, 1, -1, 0), 7: (0, -1, -1, 0), 8: (0, -1, 1, 0)}


def ffmpeg(*arguments, input=None):
    done = subprocess.run(["ffmpeg", *clip_reader.QUIET, "-y", *map(str, arguments)],
                          input=input, capture_output=True, timeout=180)
    if done.returncode:
        said = [line for line in done.stderr.decode(errors="replace").splitlines()
                if not line.startswith(("Svt", "Error"))]
        raise NotMade(said[0].partition("] ")[2] or said[0] if said else "ffmpeg says nothing")


def matroska(data, orientation):
    """The file with a roll in place of what it says of colours (Matroska's Projection)."""
    start = data.index(b"\x55\xb0")
    size = data[start + 2] & 0x7F
    roll = {3: 180, 6: -90, 8: 90}[orientation]
    new = b"\x76\x70\x8b\x76\x71\x81\0\x76\x75\x84" + struct.pack(">f", roll)
    rest = size + 3 - len(new) - 2
    if rest < 0: raise NotMade("there is no room for the element")
    return data[:start] + new + bytes([0xEC, 0x80 | rest]) + bytes(rest) + data[start + 3 + size:]


def boxes(data, orientation):
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


@dataclasses.dataclass
class Encoding:
    """One clip to be written: the choice, and what follows from it."""
    choice: dict

    def __post_init__(self):
        c = self.choice
        self.container, self.codec = split(c["form"])
        self.options, formats, self.loss = CODECS[self.codec]
        self.pixels = formats.split()[0] if c["pixels"] == "own" else c["pixels"]
        self.matrix, self.tag = MATRICES.get(c["matrix"], ("bt601", None))
        is_full = c["range"] == "full" or self.pixels.startswith(("yuvj", "gray"))
        self.range = "full" if is_full else "limited"
        self.curve = CURVES.get(c["transfer"])
        #: Matroska's roll is written over what is said of colours.
        self.has_roll = c["orientation"] != 1 and self.container not in BOXES

        #: Seconds since the first frame, where the form changes those that were meant.
        self.stamps = None

    def write(self, frames):
        """The bytes of a file that shows `frames`."""
        c = self.choice
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "clip." + self.container)
            self.encode(path, frames)
            if c["edit"] == "cut":
                whole = path.rename(path.with_stem("whole"))
                ffmpeg("-ss", CUT, "-i", whole, "-c", "copy", path)
            self.check(path)
            data = path.read_bytes()
        if c["orientation"] == 1: return data
        return (matroska if self.has_roll else boxes)(data, c["orientation"])

    def encode(self, path, frames):
        c = self.choice
        frames = [stored(frame, c["orientation"]) for frame in frames]
        frames, crop = self.cropped(self.squeezed(frames))
        height, width = frames[0].shape[:2]
        pixels = "rgb24"
        if self.curve:
            frames, pixels = [hdr.coded(each, self.choice["transfer"]) for each in frames], "rgb48le"
        rate = {"29.97": "30000/1001", "uneven": "10"}.get(c["rate"], c["rate"])
        inputs = ["-f", "rawvideo", "-pix_fmt", pixels, "-video_size", f"{width}x{height}",
                  "-framerate", rate, "-i", "-"]
        more, maps, tags = self.streams(path)
        ffmpeg(*inputs, *more, *maps, "-filter:v:0", ",".join(self.filters()),
               *self.options.replace("-c:v ", "-c:v:0 ").split(), *self.groups(),
               "-threads", 1, "-pix_fmt:v:0", self.pixels, *tags, *self.tags(), *crop,
               *self.experimental(), "-f", *MUXERS.get(self.container, self.container).split(), path,
               input=b"".join(map(np.ndarray.tobytes, frames)))

    def experimental(self):
        """Leave for rare codecs. Uncompressed frames get a tag by it that ffmpeg does not read."""
        return [] if self.codec in ("raw", "packed") and self.container != "mkv" else ["-strict", "-2"]

    def squeezed(self, frames):
        """As they are stored where pixels are not square."""
        across = SHAPES[self.choice["shape"]]
        if across == 1: return frames
        if self.choice["orientation"] > 4: across = 1 / across
        height, width = frames[0].shape[:2]
        size = round(width / across / 2) * 2, height
        return [np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC))
                for frame in frames]

    def cropped(self, frames):
        """With a border that the stream says is not shown, of whole macroblocks together."""
        if self.choice["crop"] == "none": return frames, []
        height, width = frames[0].shape[:2]
        right, bottom = -(width + 8) % 16 + 16, -(height + 4) % 16 + 16
        frames = [np.pad(frame, ((4, bottom), (8, right), (0, 0)), constant_values=250)
                  for frame in frames]
        return frames, ["-bsf:v", f"{self.codec}_metadata=crop_left=8:crop_top=4:"
                        f"crop_right={right}:crop_bottom={bottom}"]

    def filters(self):
        c, chain = self.choice, []
        if c["rate"] == "uneven":
            steps = "+".join(f"({gap})*eq(N\\,{index})" for index, gap in enumerate(GAPS))
            chain += ["settb=1/1000", f"setpts=({steps})/TB"]
        chain.append(f"scale=out_color_matrix={self.matrix}:out_range={self.range}:"
                     "flags=accurate_rnd+full_chroma_int+bicubic")
        across, _, down = c["shape"].partition(":")
        if c["orientation"] > 4: across, down = down, across
        return [*chain, f"format={self.pixels}", f"setsar={across}/{down}"]

    def tags(self):
        c, tags = self.choice, []
        if c["range"] != "unsaid" or self.pixels.startswith("gray"):
            tags += ["-color_range", "tv" if self.range == "limited" else "pc"]
        if self.tag: tags += ["-colorspace", self.tag]
        if self.curve: tags += ["-color_primaries", "bt2020", "-color_trc", self.curve]
        if self.has_roll:
            tags += ["-color_range", "tv", "-colorspace", "smpte170m", "-color_primaries", "bt709",
                     "-color_trc", "bt709"]
        if c["scan"] == "fields": tags += ["-flags", "+ilme+ildct", "-top", "1"]
        if c["rate"] == "uneven": tags += ["-fps_mode", "passthrough", "-enc_time_base", "1:1000"]
        if c["edit"] == "late": tags += ["-output_ts_offset", "5.5"]
        return tags

    def groups(self):
        if self.codec in SINGLE: return []
        has_b = self.codec in ("h264", "hevc", "mpeg4", "mpeg2", "mpeg1")
        return {"b": ["-g", "10", *(["-bf", "2"] if has_b else [])],
                "plain": ["-g", "10", "-bf", "0"], "intra": ["-g", "1"]}[self.choice["gop"]]

    def streams(self, path):
        """What is there beside the frames: inputs, their order, options."""
        match self.choice["streams"]:
            case "sound" | "sound-first" as order:
                maps = ["-map", "0:v", "-map", "1:a"]
                if order == "sound-first": maps = maps[2:] + maps[:2]
                return (["-f", "lavfi", "-t", "1", "-i", "sine=440"], maps,
                        ["-c:a", "aac"] if self.container == "3gp" else [])
            case "cover":
                cover = path.with_name("cover.png")
                Image.new("RGB", (64, 64), "red").save(cover)
                return (["-i", cover], ["-map", "0:v", "-map", "1:v"],
                        ["-c:v:1", "png", "-disposition:v:1", "attached_pic"])
            case _:
                return [], ["-map", "0:v"], []

    def check(self, path):
        """That the file says what it was to say; not every form has a place for it."""
        c = self.choice
        entries = clip_reader.probe(
            path, "stream=codec_name:"
            "frame=color_range,color_space,sample_aspect_ratio,best_effort_timestamp_time")
        if not entries.get("streams"): raise NotMade("ffprobe does not open what ffmpeg wrote")
        if entries["streams"][0].get("codec_name", "unknown") == "unknown":
            raise NotMade("ffmpeg does not know the codec that it wrote")
        self.check_times([float(each["best_effort_timestamp_time"])
                          for each in entries.get("frames", [])
                          if "best_effort_timestamp_time" in each])
        first = (entries.get("frames") or [{}])[0]
        range_said, matrix = first.get("color_range"), first.get("color_space", "unknown")
        if c["range"] != "unsaid" and range_said != ("tv" if self.range == "limited" else "pc"):
            raise NotMade("the form does not carry a range")
        if self.pixels.startswith("gray") and range_said == "tv":
            raise NotMade("the form says a limited range of full grey levels")
        if self.tag and matrix != self.tag: raise NotMade("the form does not carry this matrix")
        if not self.tag and matrix not in ("unknown", "smpte170m", "bt470bg", "gbr"):
            raise NotMade(f"the form says {matrix} by itself")
        shape = first.get("sample_aspect_ratio", "1:1").replace("N/A", "1:1")
        if c["shape"] != "1:1" and shape in ("1:1", "0:1"):
            raise NotMade("the form does not carry a shape of pixels")
        across, down = map(int, shape.split(":"))
        wanted = SHAPES[c["shape"]]
        if c["orientation"] > 4: wanted = 1 / wanted
        # MPEG-1 has fourteen shapes, MPEG-2 those of three screens.
        if c["shape"] != "1:1" and abs(across / down / wanted - 1) > 0.005:
            raise NotMade(f"the form carries {shape} for {c['shape']}")

    def check_times(self, stamps):
        """AVI has no time stamps: sound or a late start make empty pieces between the first two
        frames, by which they lie further apart. Others count them alike, so theirs are right."""
        c = self.choice
        if self.container != "avi" or len(stamps) < 2: return
        stamps.sort()
        rate = 30000 / 1001 if c["rate"] == "29.97" else float(c["rate"])
        if abs(stamps[1] - stamps[0] - 1 / rate) > 0.002:
            self.stamps = [stamp - stamps[0] for stamp in stamps]

"""Pictures and other files that are refused: by their name and with what to do."""

import io
import pathlib
import tempfile

import imagecodecs
import numpy as np
from PIL import Image

from clip_writer import ffmpeg
from family import Case, Family, NotMade

PILLOW = {"gif": "GIF", "tga": "TGA", "ico": "ICO", "pcx": "PCX", "sgi": "SGI", "dds": "DDS",
          "icns": "ICNS", "pdf": "PDF", "eps": "EPS", "avif": "AVIF", "jp2": "JPEG2000",
          "blp": "BLP"}
NAMES = {
    "gif": "gif", "tga": "not an image", "ico": "ico", "pcx": "pcx", "sgi": "sgi", "dds": "dds",
    "icns": "icns|icon", "pdf": "pdf", "eps": "eps|postscript", "avif": "avif",
    "jp2": "jpeg 2000", "j2k": "jpeg 2000", "heic": "heic",
    "jxl": "jpeg xl", "jxl-container": "jpeg xl", "jxr": "jpeg xr", "qoi": "qoi",
    "hdr": "radiance", "zip": "zip", "tar": "tar", "gzip": "gzip", "wav": "wav|sound",
    "html": "html", "npy": "numpy", "clip": "video", "blp": "blp"}


class Foreign(Family):
    name = "foreign"
    axes = {"form": list(NAMES), "named": ["own", "jpg"]}

    def make(self, c, original):
        form, picture = c["form"], original.picture("small")
        data = self.coded(form, picture, original)
        ending = "jpg" if c["named"] == "jpg" else form.partition("-")[0]
        return Case(self.case_name(c), data, ending, None, refusal=f"(?i)({NAMES[form]})")

    def coded(self, form, picture, original):
        out = io.BytesIO()
        if form in PILLOW:
            image = Image.fromarray(picture)
            if form == "blp": image = image.quantize(256)
            image.save(out, PILLOW[form])
            return out.getvalue()
        match form:
            case "j2k": return imagecodecs.jpeg2k_encode(picture, codecformat="j2k")
            case "heic": return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(600)
            case "jxl": return imagecodecs.jpegxl_encode(picture, usecontainer=False)
            case "jxl-container": return imagecodecs.jpegxl_encode(picture, usecontainer=True)
            case "jxr": return imagecodecs.jpegxr_encode(picture)
            case "qoi": return imagecodecs.qoi_encode(picture)
            case "hdr": return b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 8 +X 8\n" + bytes(256)
            case "npy":
                np.save(out, picture)
                return out.getvalue()
            case "html": return b"<!DOCTYPE html>\n<html><body>not found</body></html>\n"
            case "wav": return b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\1\0\1\0" + bytes(2000)
            case "gzip":
                import gzip
                return gzip.compress(picture.tobytes())
            case "zip":
                import zipfile
                with zipfile.ZipFile(out, "w") as archive: archive.writestr("a.png", b"x" * 99)
                return out.getvalue()
            case "tar":
                import tarfile
                with tarfile.open(fileobj=out, mode="w") as archive:
                    archive.addfile(tarfile.TarInfo("a.png"), io.BytesIO())
                return out.getvalue()
            case "clip": return b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(600)
        raise NotMade(form)


class ForeignClip(Family):
    """What is no clip, asked for as one."""
    name = "foreign-clip"
    sound = "picture track|no picture|no video|sound"
    axes = {"form": {
        "sound-mp4": sound, "sound-m4a": sound, "sound-mkv": sound, "sound-ogg": sound,
        "sound-avi": sound, "sound-ts": sound, "wav": "wav|sound", "mp3": "mp3|sound",
        "flac": "flac|sound", "png": "not a video", "jpeg": "not a video", "webp": "not a video",
        "gif": "gif", "heic": "heic", "avif": "avif",
        "playlist": "playlist|list", "text": "text|not a video", "html": "html", "zip": "zip",
        "empty": "empty"}}

    def __init__(self):
        self.words = self.axes["form"]
        self.axes = {"form": list(self.words), "named": ["mp4", "own"]}

    def make(self, c, original):
        form = c["form"]
        ending = "mp4" if c["named"] == "mp4" else form.rpartition("-")[2]
        return Case(self.case_name(c), self.coded(form, original), ending, None,
                    refusal=f"(?i)({self.words[form]})", times=[])

    def coded(self, form, original):
        if form.startswith("sound-") or form in ("wav", "mp3", "flac"):
            container = form.removeprefix("sound-")
            muxer = {"m4a": "ipod", "mkv": "matroska", "ts": "mpegts"}.get(container, container)
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, "sound")
                ffmpeg("-f", "lavfi", "-t", 1, "-i", "sine=440", "-f", muxer, path)
                return path.read_bytes()
        match form:
            case "png" | "jpeg" | "webp":
                out = io.BytesIO()
                Image.fromarray(original.picture("small")).save(out, form.upper())
                return out.getvalue()
            case "playlist": return b"#EXTM3U\n#EXTINF:9,\nhttp://example.org/a.ts\n"
            case "text": return b"These are words and no frames.\n" * 20
            case "empty": return b""
        return Foreign().coded(form, original.picture("small"), original)

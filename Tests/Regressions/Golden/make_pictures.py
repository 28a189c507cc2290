"""Makes the golden pictures of Regressions: python make_pictures.py [FOLDER]
(tifffile 2026, imagecodecs 2026, Pillow 13).

All show one of two drawn pictures of 24 x 8 pixels: "grey-..." a ramp from black to white along the
rows, "rgb-..." a red one, a green one down the columns, and blue. "bits-..." is black and white. "turned-N" is a
ramp with orientation N. "refused-..." is of a kind that is refused by name.
"""

import pathlib
import struct
import sys

import numpy as np
import tifffile
from PIL import Image

HERE = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "pictures")
WIDTH, HEIGHT = 24, 8
rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
part = columns / (WIDTH - 1)
grey = np.rint(255 * part).astype(np.uint8)
rgb = np.stack([255 * part, 255 * rows / (HEIGHT - 1), 255 * (1 - part)], -1)
rgb8 = np.rint(rgb).astype(np.uint8)
rgb16 = np.rint(rgb * 257).astype(np.uint16)
alpha = np.rint(255 - 8.0 * rows).astype(np.uint8)


def tiff(name, data, **options):
    options.setdefault("metadata", None)
    tifffile.imwrite(HERE / f"{name}.tif", data, software=False, **options)


def whole(bits, values=None):
    kind = next(kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64)
                if np.iinfo(kind).bits >= bits)
    values = part if values is None else values
    return np.rint(values * (2.0**bits - 1)).clip(0, np.nextafter(2.0**bits, 0)).astype(kind)


def packed(name, bits, photometric, samples):
    """Grey samples of any number of bits: one strip, by hand."""
    planes = [((samples >> shift) & 1).astype(np.uint8) for shift in reversed(range(bits))]
    strip = np.packbits(np.stack(planes, -1).reshape(HEIGHT, -1), axis=1).tobytes()
    if bits == 16:
        strip = samples.astype("<u2").tobytes()
    tags = [
        (256, WIDTH), (257, HEIGHT), (258, bits), (259, 1), (262, photometric), (273, 8),
        (277, 1), (278, HEIGHT), (279, len(strip)),
    ]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    directory = struct.pack("<H", len(tags)) + directory + bytes(4)
    head = struct.pack("<2sHI", b"II", 42, 8 + len(strip))
    (HERE / f"{name}.tif").write_bytes(head + strip + directory)


# Whole numbers, black or white first.
for bits in (1, 2, 4, 8, 10, 12, 16):
    packed(f"grey-{bits}-black", bits, 1, whole(bits))
    packed(f"grey-{bits}-white", bits, 0, whole(bits, 1 - part))
tiff("grey-16-white-big-endian", whole(16, 1 - part), photometric="miniswhite", byteorder=">")
tiff("grey-16-white-tiles", whole(16, 1 - part), photometric="miniswhite", tile=(16, 16))
tiff("grey-32", whole(32))
tiff("grey-64", whole(64))
tiff("grey-32-white", whole(32, 1 - part), photometric="miniswhite")
# Floating point, from 0 to 1 or as stated.
for name, kind in (("16", np.float16), ("32", np.float32), ("64", np.float64)):
    tiff(f"grey-float{name}", part.astype(kind))
tiff("grey-float32-white", (1 - part).astype(np.float32), photometric="miniswhite")
tiff("grey-float32-predictor", part.astype(np.float32), compression="deflate", predictor=3)
stated = [(340, "f", 1, 0.0, True), (341, "f", 1, 255.0, True)]
tiff("grey-float32-stated", (255 * part).astype(np.float32), extratags=stated)
stated = [(340, "f", 1, -100.0, True), (341, "f", 1, 155.0, True)]
tiff("grey-int16-stated", np.rint(255 * part - 100).astype(np.int16), extratags=stated)
# Those of a smaller range than their bits are not stretched: no reader does.
tiff("grey-16-largest", whole(16), extratags=[(280, "H", 1, 900, True), (281, "H", 1, 50000, True)])
# Compression and layout.
for name in ("lzw", "deflate", "packbits", "zstd", "lzma", "webp"):
    picture = rgb8 if name == "webp" else grey
    options = {"compressionargs": {"lossless": True}} if name == "webp" else {}
    tiff(f"{'rgb' if name == 'webp' else 'grey'}-{name}", picture, compression=name, **options)
tiff("grey-lzw-predictor", whole(16), compression="lzw", predictor=2)
tiff("grey-strips", grey, rowsperstrip=3, compression="deflate")
tiff("grey-tiles-deflate", whole(16), tile=(16, 32), compression="deflate", predictor=2)
tiff("grey-bigtiff", whole(16), bigtiff=True)
tiff("grey-bigtiff-big-endian", whole(16), bigtiff=True, byteorder=">")
tiff("grey-float32-big-endian", part.astype(np.float32), byteorder=">")
with tifffile.TiffWriter(HERE / "grey-two-pages.tif") as file:
    file.write(grey, metadata=None, software=False)
    file.write(255 - grey, metadata=None, software=False)
with tifffile.TiffWriter(HERE / "grey-small-copy-first.tif") as file:
    file.write(255 - grey[::2, ::2], subfiletype=1, metadata=None, software=False)
    file.write(grey, metadata=None, software=False)
for group in ("group3", "group4"):
    Image.fromarray(grey > 127).save(HERE / f"bits-{group}.tif", compression=group)
# Colours.
tiff("rgb-8", rgb8)
tiff("rgb-16", rgb16)
tiff("rgb-16-big-endian-tiles", rgb16, byteorder=">", tile=(16, 16))
tiff("rgb-planes", np.moveaxis(rgb8, -1, 0).copy(), photometric="rgb", planarconfig="separate")
tiff(
    "rgb-16-planes-tiles", np.moveaxis(rgb16, -1, 0).copy(), photometric="rgb",
    planarconfig="separate", tile=(16, 16), compression="lzw")
tiff("rgb-float32", (rgb / 255).astype(np.float32), photometric="rgb")
tiff("rgb-alpha", np.dstack([rgb8, alpha]), photometric="rgb", extrasamples=["unassalpha"])
multiplied = np.rint(rgb * alpha[..., None] / 255).astype(np.uint8)
tiff("rgb-alpha-multiplied", np.dstack([multiplied, alpha]), photometric="rgb", extrasamples=["assocalpha"])
tiff("rgb-extra-16", np.dstack([rgb16, rgb16[..., 0]]), photometric="rgb", extrasamples=["unspecified"])
tiff("grey-alpha", np.dstack([grey, alpha]), photometric="minisblack", extrasamples=["unassalpha"])
# No black ink: what every reader makes of it is then one thing.
ink = np.dstack([255 - rgb8, np.zeros_like(grey)])
tiff("rgb-cmyk", ink, photometric="separated")
tiff("rgb-cmyk-16", ink.astype(np.uint16) * 257, photometric="separated")
tiff("rgb-cmyk-planes", np.moveaxis(ink, -1, 0).copy(), photometric="separated", planarconfig="separate")
tiff("grey-cmyk-black", np.dstack([0 * grey] * 3 + [255 - grey]), photometric="separated")
Image.fromarray(grey).save(HERE / "grey-jpeg.tif", compression="jpeg", quality=100)
Image.fromarray(np.dstack([grey] * 3)).save(HERE / "grey-ycbcr-jpeg.tif", compression="jpeg", quality=100)
table = np.stack([np.arange(256)] * 3).astype(np.uint16)[:, ::-1] * 257
tiff("grey-palette", 255 - grey, photometric="palette", colormap=table)
luma = np.dstack([grey, np.full_like(grey, 128), np.full_like(grey, 128)])


def patched(name, *changes):
    """Changes SHORT values of a TIFF of one's own making."""
    path = HERE / f"{name}.tif"
    data = bytearray(path.read_bytes())
    directory = struct.unpack_from("<I", data, 4)[0]
    for entry in range(struct.unpack_from("<H", data, directory)[0]):
        at = directory + 2 + 12 * entry
        for tag, value in changes:
            if struct.unpack_from("<H", data, at)[0] == tag:
                struct.pack_into("<H", data, at + 8, value)
    path.write_bytes(data)


tiff("grey-ycbcr", luma, photometric="rgb", extratags=[(530, "H", 2, (1, 1), True)])
patched("grey-ycbcr", (262, 6))
tiff("grey-ycbcr-tiles", luma, photometric="rgb", tile=(16, 16),
     extratags=[(530, "H", 2, (1, 1), True)])
patched("grey-ycbcr-tiles", (262, 6))
# Which kinds are refused.
tiff("refused-cielab", np.dstack([grey, 0 * grey, 0 * grey]), photometric="rgb")
patched("refused-cielab", (262, 8))
tiff("refused-int16", np.rint(32767 * part).astype(np.int16))
tiff("refused-float32-255", (255 * part).astype(np.float32))
tiff("refused-float32-nan", np.where(part > 0.5, np.nan, part).astype(np.float32))
tiff("refused-uint32-counts", grey.astype(np.uint32))
tiff("refused-complex", part.astype(np.complex64))
tiff("refused-channels", np.dstack([grey] * 5), photometric="minisblack", planarconfig="contig")
tiff("refused-raw", whole(16), photometric="cfa", extratags=[(33421, "H", 2, (2, 2), True), (33422, "B", 4, (0, 1, 1, 2), True)])
tiff("refused-small-copy", grey, subfiletype=1)
for number in range(10):
    tiff(f"turned-{number}", whole(16), extratags=[(274, "H", 1, number, True)])
dark = np.array([[0, 255, 255, 255]] * 2, np.uint8)
Image.fromarray(dark).save(HERE / "dark-left.webp", lossless=True)
for path in sorted(HERE.glob("*")):
    print(path.name, path.stat().st_size)

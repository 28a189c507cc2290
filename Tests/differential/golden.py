"""The few cases of each kind that the quick suite has: small files and what they have to look like.

Written once by `scripts/differential --write-golden`; tests need neither Python nor ffmpeg.
"""

import json
import pathlib

import numpy as np
from PIL import Image

import clip_reader
import readers
import verdict
from original import rgb

NAMES = """
tiff/sample=u16,photometric=miniswhite
tiff/sample=u8,photometric=miniswhite,compression=lzw,order=MM
tiff/sample=u12,photometric=minisblack
tiff/sample=u1,photometric=minisblack,compression=fax4
tiff/sample=u4,photometric=palette
tiff/photometric=cmyk,compression=deflate
tiff/photometric=ycbcr,compression=jpeg,subsampling=2x2
tiff/photometric=cielab
tiff/sample=u16,planar=yes,layout=tiles,predictor=2,compression=lzw
tiff/extra=alpha,orientation=6
tiff/extra=premultiplied
tiff/big=yes
tiff/sample=f32
tiff/sample=i16
tiff/sample=u32,photometric=minisblack
tiff/compression=jpeg2000
png/colour=palette,depth=2,interlace=adam7,orientation=5
png/colour=grey-alpha,depth=16
png/colour=rgba,orientation=8,exif=MM,exif-place=behind
pnm/kind=P5,most=1023
pnm/kind=P6,most=15,comments=between
pnm/kind=P2,comments=after-magic
pnm/kind=P3
pnm/kind=P1
pnm/kind=P7-rgba
pnm/kind=PF
jpeg/colour=cmyk,orientation=7
jpeg/colour=ycck
jpeg/colour=rgb,scans=progressive
jpeg/subsampling=411,orientation=2,before=second-exif
jpeg/scans=12-bit
jpeg/scans=jpeg-ls
jpeg/scans=lossless
bmp/header=12
bmp/pixels=32-fields
bmp/pixels=16-565,rows=down
bmp/pixels=rle4
bmp/pixels=1,header=124
webp/orientation=6
webp/coding=lossless,alpha=yes,orientation=2,exif=MM,prefix=yes
webp/frames=2
foreign/form=heic
foreign/form=avif
foreign/form=jxl
foreign/form=j2k
foreign/form=zip
foreign/form=clip
foreign-clip/form=sound-mp4
foreign-clip/form=playlist
clip/orientation=2
clip/orientation=6
clip/orientation=8,shape=2:1
clip/matrix=709
clip/form=mkv-vp9,range=full
clip/rate=uneven
clip/edit=cut
clip/form=mkv-hevc,pixels=yuv420p10le
clip/form=m2ts-h264
clip/form=ivf-vp8
""".split()


def small(family, name):
    choice = family.choice(name)
    return choice | {"size": "small"} if "size" in choice else choice


def write(folder, families, original):
    """Files, their truths and `cases.json`, which says how near Mien has to come."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir(): old.unlink()
    truths, listing = {}, []

    def truth_file(case):
        if case.truth is None: return None
        frames = case.truth if case.is_clip else [case.truth]
        stack = np.concatenate([rgb(frame) for frame in frames])
        key = stack.tobytes(), stack.shape
        if key not in truths:
            truths[key] = f"truth{len(truths) + 1}.png"
            Image.fromarray(stack).save(folder / truths[key], optimize=True)
        return truths[key]

    for name in NAMES:
        family = families[name.partition("/")[0]]
        case = family.make(small(family, name), original)
        path = folder / f"{len(listing) + 1:02d}.{case.ending}"
        path.write_bytes(case.data)
        entry = {"name": name, "file": path.name, "truth": truth_file(case), "times": case.times,
                 "refusal": case.refusal, "stretched": case.stretched,
                 "mean": loss(path, case) + case.slack}
        listing.append({key: value for key, value in entry.items() if value is not None})
    (folder / "cases.json").write_text(json.dumps(listing, indent=1) + "\n")
    size = sum(each.stat().st_size for each in folder.iterdir())
    print(f"{len(listing)} files, {len(truths)} truths, {size / 1000:.0f} kB")


def loss(path, case):
    """By what the best of the other readers is off, in the mean."""
    if case.truth is None: return 0.0
    if case.is_clip:
        frames = clip_reader.read(path, case)
        pairs = zip(frames[0], case.truth) if frames else []
        errors = [found[0] for a, b in pairs if (found := verdict.frame_error(a, b, case))]
        return round(max(errors, default=case.loss), 2)
    found = [verdict.error(other, case.truth) for other in readers.all_of(case).values()]
    near = [each[0] for each in found if each and each[0] <= case.loss + 0.7]
    return round(min(near, default=case.loss), 2)

"""TIFF 6.0 and BigTIFF, written by the specification and by no library's habits."""

import io
import struct

import imagecodecs
import numpy as np
from PIL import Image

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8, 16: 8}
CODES = {"none": 1, "ccittrle": 2, "fax3": 3, "fax4": 4, "lzw": 5, "jpeg": 7, "deflate": 8,
         "deflate-old": 32946, "packbits": 32773, "lzma": 34925, "zstd": 50000, "webp": 50001,
         "jpeg2000": 34712, "lerc": 34887}


def packed(rows, bits, order, kind):
    """Samples (rows x values) as bytes; each row begins on a byte."""
    if kind == "f" and bits in (16, 32, 64) or bits in (8, 16, 32, 64):
        letter = {"u": "u", "i": "i", "f": "f", "c": "c"}[kind]
        return rows.astype(f"{order}{letter}{bits // 8}").tobytes()
    values = rows.astype(np.uint64)
    shifts = np.arange(bits - 1, -1, -1, dtype=np.uint64)
    stream = ((values[:, :, None] >> shifts) & np.uint64(1)).astype(np.uint8)
    return np.packbits(stream.reshape(len(values), -1), axis=1).tobytes()


def differences(block, predictor, bits, kind, order):
    """TIFF's predictors: 2, and 3 of floating point numbers. `block` is rows x pixels x samples."""
    if predictor == 2:
        values = block.astype(f"{'u' if kind == 'u' else 'i'}{bits // 8}")
        result = values.copy()
        result[:, 1:] -= values[:, :-1]
        return result
    raise ValueError(predictor)


def fax(bits, name):
    """One strip by libtiff, through Pillow."""
    out = io.BytesIO()
    names = {"ccittrle": "tiff_ccitt", "fax3": "group3", "fax4": "group4"}
    Image.fromarray(bits.astype(bool)).save(
        out, "TIFF", compression=names[name], strip_size=1 << 30)
    with Image.open(out) as image:
        (place,), (size,) = image.tag_v2[273], image.tag_v2[279]
    return out.getvalue()[place:place + size]


def compressed(raw, name, block, quality):
    match name:
        case "none": return raw
        case "lzw": return imagecodecs.lzw_encode(raw)
        case "deflate" | "deflate-old": return imagecodecs.zlib_encode(raw)
        case "packbits":
            size = len(raw) // len(block)
            return b"".join(imagecodecs.packbits_encode(raw[i:i + size])
                            for i in range(0, len(raw), size))
        case "lzma": return imagecodecs.lzma_encode(raw)
        case "zstd": return imagecodecs.zstd_encode(raw)
        case "ccittrle" | "fax3" | "fax4": return fax(np.squeeze(block, 2), name)
        case "jpeg":
            samples = np.ascontiguousarray(block.astype(np.uint8))
            samples = samples[:, :, 0] if samples.shape[2] == 1 else samples
            return imagecodecs.jpeg8_encode(samples, level=95, **quality)
        case "webp": return imagecodecs.webp_encode(block.astype(np.uint8), lossless=True)
        case "jpeg2000":
            return imagecodecs.jpeg2k_encode(
                np.squeeze(block.astype(np.uint8)), codecformat="j2k", reversible=True)
        case "lerc":
            values = np.frombuffer(raw, {1: "u1", 2: "<u2", 4: "<f4"}[len(raw) // block.size])
            shape = block.shape if block.shape[2] > 1 else block.shape[:2]
            return imagecodecs.lerc_encode(values.reshape(shape))
    raise ValueError(name)


def subsampled(block, across, down):
    """YCbCr in TIFF's order: the luma of a cell, then its two chromas."""
    height, width = block.shape[:2]
    padded = np.pad(block, ((0, -height % down), (0, -width % across), (0, 0)), "edge")
    rows, columns = padded.shape[0] // down, padded.shape[1] // across
    cells = padded.reshape(rows, down, columns, across, 3).transpose(0, 2, 1, 3, 4)
    luma = cells[..., 0].reshape(rows, columns, -1)
    chroma = np.rint(cells[..., 1:].reshape(rows, columns, -1, 2).mean(2)).astype(block.dtype)
    return np.concatenate([luma, chroma], 2).reshape(rows, -1)


def write(samples, *, bits, kind="u", photometric, compression="none", predictor=1,
          planar=False, tile=None, strip=None, order="<", big=False, orientation=1,
          fill_order=1, colours=None, extra=(), ycbcr=None, jpeg=None, tags=(), pages=1):
    """The bytes of a file. `samples` is height x width x samples, as stored."""
    height, width, count = samples.shape
    block = tile or (strip or height, width)
    planes = [samples[:, :, [i]] for i in range(count)] if planar else [samples]
    data = []
    for plane in planes:
        for top in range(0, height, block[0]):
            for left in range(0, width, block[1]):
                part = plane[top:top + block[0], left:left + block[1]]
                if tile:
                    part = np.pad(part, ((0, block[0] - part.shape[0]),
                                         (0, block[1] - part.shape[1]), (0, 0)), "edge")
                if ycbcr and compression != "jpeg":
                    rows = subsampled(part, *ycbcr)
                elif predictor == 2:
                    rows = differences(part, 2, bits, kind, order)
                else:
                    rows = part
                raw = packed(rows.reshape(len(rows), -1), bits, order, kind)
                if predictor == 3:
                    values = np.ascontiguousarray(part.astype(f"{order}f{bits // 8}"))
                    raw = imagecodecs.floatpred_encode(values, axis=1).tobytes()
                coded = compressed(raw, compression, part, jpeg or {})
                if fill_order == 2:
                    coded = imagecodecs.bitorder_encode(coded)
                data.append(coded)
    fields = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * count),
              259: (3, [CODES[compression]]), 262: (3, [photometric]), 277: (3, [count])}
    if orientation != 1: fields[274] = (3, [orientation])
    if fill_order != 1: fields[266] = (3, [fill_order])
    if planar: fields[284] = (3, [2])
    if predictor != 1: fields[317] = (3, [predictor])
    if kind != "u": fields[339] = (3, [{"i": 2, "f": 3, "c": 6}[kind]] * count)
    if extra: fields[338] = (3, list(extra))
    if colours is not None: fields[320] = (3, list(colours))
    if ycbcr: fields[530] = (3, list(ycbcr))
    for tag, kind_of_value, values in tags: fields[tag] = (kind_of_value, values)
    if tile:
        fields[322], fields[323] = (4, [tile[1]]), (4, [tile[0]])
    else:
        fields[278] = (4, [block[0]])
    return assembled(fields, data, 324 if tile else 273, order, big, pages)


def assembled(fields, data, offsets_tag, order, big, pages):
    offset_type, offset_letter = (16, "Q") if big else (4, "I")
    head = (b"II" if order == "<" else b"MM")
    head += struct.pack(order + "HHHQ", 43, 8, 0, 16) if big else struct.pack(order + "HI", 42, 8)
    sizes = [len(block) for block in data]
    fields = dict(fields)
    fields[offsets_tag] = (offset_type, [0] * len(data))
    fields[offsets_tag + (6 if offsets_tag == 273 else 1)] = (offset_type, sizes)
    entry, inline = (20, 8) if big else (12, 4)
    directory_size = (8 if big else 2) + entry * len(fields) + (8 if big else 4)
    place = len(head) + directory_size * pages
    outside = {}
    for tag, (kind, values) in sorted(fields.items()):
        size = SIZES[kind] * len(values) * (1 if kind != 5 else 1)
        if size > inline:
            outside[tag] = place
            place += size + size % 2
    starts = []
    for size in sizes:
        starts.append(place)
        place += size + size % 2
    fields[offsets_tag] = (offset_type, starts)

    def values_of(kind, values):
        if kind == 5: return b"".join(struct.pack(order + "II", *value) for value in values)
        letter = {1: "B", 3: "H", 4: "I", 12: "d", 16: "Q", 7: "B", 2: "B"}[kind]
        return struct.pack(f"{order}{len(values)}{letter}", *values)

    body = b""
    for page in range(pages):
        directory = struct.pack(order + ("Q" if big else "H"), len(fields))
        for tag, (kind, values) in sorted(fields.items()):
            raw = values_of(kind, values)
            directory += struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, len(values))
            directory += (struct.pack(order + offset_letter, outside[tag]) if tag in outside
                          else raw.ljust(inline, b"\0"))
        following = len(head) + directory_size * (page + 1) if page + 1 < pages else 0
        body += directory + struct.pack(order + offset_letter, following)
    for tag, (kind, values) in sorted(fields.items()):
        if tag in outside:
            raw = values_of(kind, values)
            body += raw + bytes(len(raw) % 2)
    for block in data:
        body += block + bytes(len(block) % 2)
    return head + body

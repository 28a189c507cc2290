"""TIFF: sample formats, photometrics, compressions, layouts."""

import numpy as np

import tiff_writer
from family import Case, Family, NotMade, alpha, from_levels, inks, levels, palette
from original import luma, stored

EXTRA = {"none": (), "alpha": (2,), "premultiplied": (1,), "unspecified": (0,)}
LAYOUTS = {"one": {}, "strips": {"strip": 32}, "strip7": {"strip": 7}, "tiles": {"tile": (32, 48)},
           "tiles-large": {"tile": (256, 256)}}
#: What reads it is asked to say in a refusal, for kinds that may be refused.
REFUSABLE = "(?i)tiff"


class Tiff(Family):
    name = "tiff"
    axes = {
        "sample": ["u8", "u16", "u1", "u2", "u4", "u6", "u10", "u12", "u14", "u24", "u32", "u64",
                   "i8", "i16", "i32", "f16", "f32", "f64", "f32-255"],
        "photometric": ["rgb", "minisblack", "miniswhite", "palette", "cmyk", "ycbcr", "cielab",
                        "mask"],
        "compression": ["none", "lzw", "deflate", "deflate-old", "packbits", "jpeg", "ccittrle",
                        "fax3", "fax4", "lzma", "zstd", "webp", "jpeg2000", "lerc"],
        "layout": list(LAYOUTS),
        "extra": list(EXTRA),
        "planar": ["no", "yes"],
        "order": ["II", "MM"],
        "big": ["no", "yes"],
        "predictor": [1, 2, 3],
        "orientation": [1, 2, 3, 4, 5, 6, 7, 8],
        "fill": [1, 2],
        "subsampling": ["none", "2x1", "2x2", "1x2", "4x1"],
        "pages": [1, 2],
        "size": ["whole", "odd", "small"],
    }

    pairs = [("sample", "photometric"), ("photometric", "compression"), ("photometric", "planar"),
             ("photometric", "layout"), ("photometric", "orientation"), ("photometric", "extra"),
             ("sample", "order"), ("sample", "orientation"), ("compression", "layout"),
             ("photometric", "subsampling"), ("compression", "subsampling")]

    def valid(self, c):
        kind, bits = c["sample"][0], int(c["sample"][1:].partition("-")[0])
        photometric, compression = c["photometric"], c["compression"]
        is_byte = c["sample"] == "u8"
        if photometric == "palette" and (kind != "u" or bits > 16 or bits == 24): return False
        if photometric in ("cmyk", "cielab") and c["sample"] not in ("u8", "u16"): return False
        if photometric == "cielab" and not is_byte: return False
        if photometric == "ycbcr" and not is_byte: return False
        if photometric == "mask" and bits != 1: return False
        if c["subsampling"] != "none" and photometric != "ycbcr": return False
        if photometric == "ycbcr" and (c["planar"] == "yes" or c["predictor"] != 1
                                       or c["extra"] != "none"): return False
        if c["extra"] != "none" and photometric not in ("rgb", "minisblack", "cmyk"): return False
        if c["extra"] != "none" and (bits not in (8, 16) or kind != "u"): return False
        if c["extra"] == "premultiplied" and photometric == "cmyk": return False
        if c["predictor"] == 2 and bits not in (8, 16, 32, 64): return False
        if c["predictor"] == 2 and kind == "f": return False
        if c["predictor"] == 3 and (kind != "f"): return False
        if c["predictor"] != 1 and compression not in ("lzw", "deflate", "deflate-old", "zstd"):
            return False
        if compression in ("ccittrle", "fax3", "fax4"):
            return bits == 1 and photometric in ("minisblack", "miniswhite", "mask")
        if compression == "jpeg":
            return (is_byte and c["fill"] == 1 and c["extra"] == "none"
                    and photometric in ("rgb", "minisblack", "ycbcr", "cmyk")
                    and c["layout"] != "strip7" and c["subsampling"] != "1x2"
                    and not (photometric == "cmyk" and c["planar"] == "yes"))
        if compression == "webp":
            return is_byte and photometric == "rgb" and c["planar"] == "no" and c["fill"] == 1
        if compression == "jpeg2000":
            return is_byte and photometric in ("rgb", "minisblack") and c["fill"] == 1
        if compression == "lerc":
            return (c["sample"] in ("u8", "u16", "f32") and c["fill"] == 1 and c["planar"] == "no"
                    and photometric in ("rgb", "minisblack") and c["extra"] == "none")
        return True

    def make(self, c, original):
        kind, bits = c["sample"][0], int(c["sample"][1:].partition("-")[0])
        picture = original.picture(c["size"])
        values, truth, extra = self.samples(c, picture, kind, bits)
        across, _, down = c["subsampling"].partition("x")
        options = {}
        if values.ndim == 2: values = values[:, :, None]
        loss, slack, peak = (0.6, 0.6, 2.0) if bits > 8 or kind != "u" else (0.0, 0.02, 1.0)
        code = {"miniswhite": 0, "minisblack": 1, "rgb": 2, "palette": 3, "mask": 4, "cmyk": 5,
                "ycbcr": 6, "cielab": 8}[c["photometric"]]
        if c["photometric"] == "palette":
            options["colours"] = extra
        elif c["photometric"] == "ycbcr":
            options["ycbcr"] = (int(across), int(down)) if down else (1, 1)
            loss, slack, peak = 3.0, 1.0, 40.0
            # Four of 32 pixels with one chroma lose more than the picture's edges.
            if (c["subsampling"], c["size"]) == ("4x1", "small"): loss = 5.0
        elif c["photometric"] in ("cmyk", "cielab"):
            loss, slack, peak = 1.5, 0.6, 4.0
        if c["extra"] == "premultiplied": loss, slack, peak = 1.5, 1.0, 4.0
        if c["compression"] == "jpeg":
            loss, slack, peak = 4.0, 0.5, 12.0
            name = {"rgb": "RGB", "minisblack": "GRAYSCALE", "cmyk": "CMYK",
                    "ycbcr": "RGB"}[c["photometric"]]
            if c["planar"] == "yes": name = "GRAYSCALE"
            options["jpeg"] = {"colorspace": name, "outcolorspace": name}
            if c["photometric"] == "ycbcr":
                values = stored(picture, 1)
                sampling = {"none": "444", "2x1": "422", "2x2": "420", "4x1": "411"}
                options["jpeg"] = {"colorspace": "RGB", "outcolorspace": "YCBCR",
                                   "subsampling": sampling[c["subsampling"]]}
        values = stored(values, c["orientation"])
        data = tiff_writer.write(
            values, bits=bits, kind=kind, photometric=code, compression=c["compression"],
            predictor=c["predictor"], planar=c["planar"] == "yes" and values.shape[2] > 1,
            order="<" if c["order"] == "II" else ">", big=c["big"] == "yes",
            orientation=c["orientation"], fill_order=c["fill"], extra=EXTRA[c["extra"]],
            pages=c["pages"], **LAYOUTS[c["layout"]], **options)
        return Case(self.case_name(c), data, "tif", truth, loss, slack, peak, self.refusal(c))

    def samples(self, c, picture, kind, bits):
        """What is stored, the picture that it stands for, and the palette."""
        def scaled(values):
            if kind == "f":
                return values.astype(np.float64) / (1 if c["sample"].endswith("-255") else 255)
            if kind == "i":
                return levels(values, bits).astype(np.int64) - (1 << bits - 1)
            return levels(values, bits)

        def seen(values):
            return values if kind != "u" else from_levels(levels(values, bits), (1 << bits) - 1)

        def with_alpha(values):
            if c["extra"] == "none": return values
            plane = alpha(*values.shape[:2])
            colour = values if values.ndim == 3 else values[:, :, None]
            if c["extra"] == "premultiplied":
                colour = np.rint(colour * (plane[:, :, None] / 255.0)).astype(np.uint8)
            return np.concatenate([colour, plane[:, :, None]], 2)

        match c["photometric"]:
            case "rgb":
                return scaled(with_alpha(picture)), seen(picture), None
            case "minisblack" | "mask":
                grey = luma(picture)
                return scaled(with_alpha(grey)), seen(grey), None
            case "miniswhite":
                grey = luma(picture)
                return scaled(255 - grey), seen(grey), None
            case "palette":
                count = min(1 << bits, 256)
                indices, colours = palette(picture, count)
                full = np.zeros((1 << bits, 3), np.int64)
                full[:count] = colours
                return indices.astype(np.uint64), colours[indices], (full.T * 257).ravel().tolist()
            case "cmyk":
                return scaled(with_alpha(inks(picture))), picture, None
            case "ycbcr":
                import cv2
                return cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)[:, :, [0, 2, 1]], picture, None
            case "cielab":
                import cv2
                lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
                values = np.concatenate([lab[:, :, :1] * 2.55, lab[:, :, 1:]], 2)
                return np.rint(values).astype(np.int16).astype(np.uint8), picture, None
        raise NotMade(c["photometric"])

    def refusal(self, c):
        """Kinds that may be refused, if it is said which it is."""
        words = []
        kind, bits = c["sample"][0], int(c["sample"][1:].partition("-")[0])
        if kind == "f": words.append("float")
        if c["sample"].endswith("-255"): words.append("beyond the range")
        if kind == "i": words.append("signed")
        if bits not in (1, 4, 8, 16): words.append(rf"\b{bits}\b")
        if c["photometric"] in ("cielab", "ycbcr", "mask"):
            words.append({"cielab": r"l\*a\*b", "ycbcr": "ycbcr", "mask": "mask"}[c["photometric"]])
        if c["photometric"] in ("cmyk", "palette") and c["sample"] != "u8":
            words.append({"cmyk": "cmyk", "palette": "palette|colour map"}[c["photometric"]])
        if c["compression"] in ("lzma", "zstd", "webp", "jpeg2000", "lerc"):
            words.append(c["compression"].replace("jpeg2000", "jpeg ?2000|34712"))
        if c["extra"] == "premultiplied": words.append("alpha|premultiplied")
        if c["planar"] == "yes": words.append("plan")
        if c["big"] == "yes": words.append("bigtiff")
        return "(?i)tiff.*(" + "|".join(words) + ")" if words else None

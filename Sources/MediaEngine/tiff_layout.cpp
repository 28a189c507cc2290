// The tags of a TIFF page: which kinds are read, and what their samples mean.
#include <cmath>

#include "tiff.hpp"

namespace media {

namespace {

[[noreturn]] void refuse(const std::string &kind) {
    throw vision::unsupported(
        "is a TIFF of " + kind + ", which is not read: save it as PNG, or as a TIFF of 8 or 16 bits");
}

uint16_t number(TIFF *file, uint32_t tag, uint16_t otherwise) {
    uint16_t value = otherwise;
    return TIFFGetFieldDefaulted(file, tag, &value) != 0 ? value : otherwise;
}

/// Of the samples behind the colours; EXTRASAMPLE_UNSPECIFIED where the file does not say.
int first_extra(TIFF *file, int &count) {
    uint16_t stated = 0, *kinds = nullptr;
    count = 0;
    if (TIFFGetField(file, TIFFTAG_EXTRASAMPLES, &stated, &kinds) == 0) return 0;
    count = stated;
    return stated > 0 ? kinds[0] : 0;
}

const char *name(uint16_t photometric) {
    switch (photometric) {
        case PHOTOMETRIC_MASK: return "a transparency mask";
        case PHOTOMETRIC_CIELAB: return "CIE L*a*b* colours";
        case PHOTOMETRIC_ICCLAB: return "ICC L*a*b* colours";
        case PHOTOMETRIC_ITULAB: return "ITU L*a*b* colours";
        case PHOTOMETRIC_LOGL:
        case PHOTOMETRIC_LOGLUV: return "logarithmic luminance";
        case PHOTOMETRIC_CFA: return "a camera's raw samples";
        case 34892: return "a camera's linear raw samples";
        default: return "colours of an unknown kind";
    }
}

}  // namespace

tiff_layout::tiff_layout(TIFF *file) {
    width = height = 0;
    TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
    samples = number(file, TIFFTAG_SAMPLESPERPIXEL, 1);
    bits = number(file, TIFFTAG_BITSPERSAMPLE, 1);
    format = number(file, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    planes = number(file, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    compression = number(file, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    const uint16_t stated = number(file, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    orientation = stated >= 1 && stated <= 8 ? stated : 1;
    if (TIFFIsCODECConfigured(compression) == 0) {
        refuse("compression " + std::to_string(compression));
    }

    int extras = 0;
    const int extra = first_extra(file, extras);
    if (TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &photometric) == 0) {
        photometric = samples - extras >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    }
    if (compression == COMPRESSION_JPEG && photometric == PHOTOMETRIC_YCBCR &&
        planes == PLANARCONFIG_CONTIG) {
        TIFFSetField(file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        photometric = PHOTOMETRIC_RGB;
    }
    switch (photometric) {
        case PHOTOMETRIC_MINISWHITE:
        case PHOTOMETRIC_MINISBLACK:
        case PHOTOMETRIC_PALETTE: colours = 1; break;
        case PHOTOMETRIC_RGB:
        case PHOTOMETRIC_YCBCR: colours = 3; break;
        case PHOTOMETRIC_SEPARATED: {
            if (number(file, TIFFTAG_INKSET, INKSET_CMYK) != INKSET_CMYK) {
                refuse("inks other than cyan, magenta, yellow and black");
            }
            colours = 4;
            break;
        }
        default: refuse(name(photometric));
    }
    if (samples < colours) {
        throw std::runtime_error(
            "it has " + std::to_string(samples) + " samples a pixel; expected " +
            std::to_string(colours));
    }
    // Not a picture with alpha: channels of which one alone would be seen.
    if (colours == 1 && samples > 2) {
        refuse(std::to_string(samples) + " channels that are said to be grey");
    }
    is_premultiplied = samples > colours && extras > 0 && extra == EXTRASAMPLE_ASSOCALPHA &&
                       colours != 4 && photometric != PHOTOMETRIC_PALETTE;

    const bool is_float = format == SAMPLEFORMAT_IEEEFP;
    if (format == SAMPLEFORMAT_COMPLEXINT || format == SAMPLEFORMAT_COMPLEXIEEEFP) {
        refuse("complex numbers");
    }
    if (bits < 1 || (is_float ? bits != 16 && bits != 32 && bits != 64 : bits > 32 && bits != 64)) {
        refuse(std::to_string(bits) + " bits a sample");
    }
    if (photometric == PHOTOMETRIC_PALETTE && (format != SAMPLEFORMAT_UINT || bits > 16)) {
        refuse("palette numbers that are no whole numbers of up to 16 bits");
    }
    black = 0;
    white = is_float ? 1 : std::ldexp(1.0, bits) - 1;
    is_range_assumed = false;
    if (format == SAMPLEFORMAT_INT || is_float || bits > 16) {
        double least = 0, most = 0;
        const bool is_stated = TIFFGetField(file, TIFFTAG_SMINSAMPLEVALUE, &least) != 0 &&
                               TIFFGetField(file, TIFFTAG_SMAXSAMPLEVALUE, &most) != 0 &&
                               std::isfinite(least) && std::isfinite(most) && least < most;
        // Of samples from 0 to 1, some programs state the least and the largest that occur.
        if (is_stated && !(is_float && least >= 0 && most <= 1)) {
            black = least;
            white = most;
        } else if (format == SAMPLEFORMAT_INT) {
            refuse("signed whole numbers whose range it does not state");
        } else {
            is_range_assumed = true;
        }
    }
}

}  // namespace media

// Samples of every form as levels of 8 bits.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>

#include "tiff.hpp"

namespace media {

namespace {

template <typename Value>
Value at(const uint8_t *row, size_t index) {
    Value value;
    std::memcpy(&value, row + index * sizeof value, sizeof value);
    return value;
}

/// IEEE 754 binary16.
double half(uint16_t bits) {
    const int exponent = bits >> 10 & 0x1F, fraction = bits & 0x3FF;
    const double sign = bits & 0x8000 ? -1 : 1;
    if (exponent == 0x1F) return std::numeric_limits<double>::quiet_NaN();
    return sign * (exponent == 0 ? std::ldexp(fraction, -24)
                                 : std::ldexp(1024 + fraction, exponent - 25));
}

/// As a person writes it: 0, 1, 0.5.
std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

/// Values this far beyond black and white, in parts of the range, are rounding.
constexpr double slack = 1e-3;

}  // namespace

uint32_t tiff_levels::whole(const uint8_t *row, size_t index) const {
    switch (layout_.bits) {
        case 8: return row[index];
        case 16: return at<uint16_t>(row, index);
        case 24: {
            uint8_t bytes[4] = {};
            std::memcpy(bytes, row + 3 * index, 3);
            return at<uint32_t>(bytes, 0);
        }
        case 32: return at<uint32_t>(row, index);
        default: break;
    }
    // Packed, the highest bit first.
    uint32_t value = 0;
    for (size_t bit = index * layout_.bits; bit < (index + 1) * layout_.bits; ++bit) {
        value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1);
    }
    return value;
}

double tiff_levels::value(const uint8_t *row, size_t index) const {
    const int bits = layout_.bits;
    if (layout_.format == SAMPLEFORMAT_IEEEFP) {
        return bits == 16   ? half(at<uint16_t>(row, index))
               : bits == 32 ? at<float>(row, index)
                            : at<double>(row, index);
    }
    const bool is_signed = layout_.format == SAMPLEFORMAT_INT;
    if (bits == 64) {
        return is_signed ? static_cast<double>(at<int64_t>(row, index))
                         : static_cast<double>(at<uint64_t>(row, index));
    }
    const uint32_t value = whole(row, index);
    return is_signed ? static_cast<double>(static_cast<int32_t>(value << (32 - bits)) >> (32 - bits))
                     : static_cast<double>(value);
}

void tiff_levels::read(
    const uint8_t *row, int stride, int sample, size_t pixels, uint8_t *out, int step) {
    const bool is_plain = layout_.format != SAMPLEFORMAT_INT && layout_.format != SAMPLEFORMAT_IEEEFP;
    const bool is_inverted = layout_.photometric == PHOTOMETRIC_MINISWHITE;
    const auto put = [&](auto level) {
        for (size_t pixel = 0; pixel < pixels; ++pixel) {
            const uint8_t result = level(pixel * stride + sample);
            out[pixel * step] = is_inverted ? 255 - result : result;
        }
    };
    if (is_plain && layout_.bits == 8) {
        put([&](size_t index) { return row[index]; });
    } else if (is_plain && layout_.bits == 16) {
        put([&](size_t index) { return (at<uint16_t>(row, index) + 128) / 257; });
    } else {
        const double range = layout_.white - layout_.black;
        put([&](size_t index) {
            const double part = (value(row, index) - layout_.black) / range;
            if (!(part >= -slack && part <= 1 + slack)) {
                throw vision::unsupported(
                    "is a TIFF whose samples go beyond the range of black and white, which is " +
                    number(layout_.black) + " to " + number(layout_.white) +
                    ": scale them to it, or save it as PNG");
            }
            largest_ = std::max(largest_, part);
            return static_cast<uint8_t>(std::lround(255 * std::clamp(part, 0.0, 1.0)));
        });
    }
}

void tiff_levels::check() const {
    // Counts in a large type: as a picture, black.
    if (layout_.is_range_assumed && layout_.format != SAMPLEFORMAT_IEEEFP && largest_ < 0.25) {
        throw vision::unsupported(
            "is a TIFF of " + std::to_string(layout_.bits) +
            " bits a sample whose values fill less than a quarter of their range: which one is "
            "white cannot be told; save it as PNG, or as a TIFF of 8 or 16 bits");
    }
}

}  // namespace media

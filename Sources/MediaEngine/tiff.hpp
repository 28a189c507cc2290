// TIFF by libtiff: a page, and its samples as levels of 8 bits.
#pragma once

#include <tiffio.h>

#include <array>
#include <vector>

#include "formats.hpp"

namespace media {

/// What a page's pixels are made of.
struct tiff_layout {
    uint32_t width, height;
    uint16_t samples, bits, format, photometric, planes, compression;
    /// Samples of a pixel that make its colour: the first ones.
    int colours;
    /// Whether the sample behind the colours is an alpha that they are multiplied by.
    bool is_premultiplied;
    /// What black and white are, where the file says so or the form of the samples does.
    double black, white;
    /// Whether `black` and `white` are only what such files usually mean.
    bool is_range_assumed;
    int orientation;

    /// Reads the tags of the page that is open.
    /// @throws vision::unsupported for a kind that is not read.
    explicit tiff_layout(TIFF *file);

    /// Samples of a pixel that are read.
    int wanted() const { return colours + (is_premultiplied ? 1 : 0); }
};

/// Turns samples as libtiff gives them, rows of whole bytes in the machine's order, into levels.
class tiff_levels {
public:
    explicit tiff_levels(const tiff_layout &layout) : layout_(layout) {}

    /// @param row of `stride` samples for each pixel, of which number `sample` is taken.
    /// @param out the first pixel's level; the others follow `step` bytes apart.
    /// @throws vision::unsupported for a value outside black and white.
    void read(
        const uint8_t *row, int stride, int sample, size_t pixels, uint8_t *out, int step);
    /// To be asked when all was read.
    /// @throws vision::unsupported where the range was assumed and the values do not fill it.
    void check() const;
    /// A sample as a whole number; of a palette, which must not be scaled.
    uint32_t whole(const uint8_t *row, size_t index) const;

private:
    double value(const uint8_t *row, size_t index) const;

    const tiff_layout &layout_;
    double largest_ = 0;
};

vision::image_owner decode_tiff(codec::span file, int64_t most_pixels);

}  // namespace media

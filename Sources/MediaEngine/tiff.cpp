// TIFF by libtiff.
#include "tiff.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <memory>

namespace media {

namespace {

/// Of a tile, in bytes: libtiff decodes it as a whole. Strips are decoded row by row.
constexpr uint64_t largest_tile = 128 << 20;

/// The first thing that libtiff found wrong on this thread.
thread_local char first_error[256];

[[noreturn]] void fail() {
    throw std::runtime_error(first_error[0] != 0 ? first_error : "libtiff found the data damaged");
}

void keep_error(const char *, const char *format, va_list arguments) {
    if (first_error[0] == 0) std::vsnprintf(first_error, sizeof first_error, format, arguments);
}

/// A file in memory as libtiff reads it.
struct stream {
    codec::span file;
    uint64_t position = 0;

    static tmsize_t read(thandle_t handle, void *to, tmsize_t count) {
        auto *self = static_cast<stream *>(handle);
        const uint64_t left = self->file.count - std::min<uint64_t>(self->position, self->file.count);
        const auto bytes = static_cast<size_t>(std::min<uint64_t>(left, static_cast<uint64_t>(count)));
        if (bytes > 0) std::memcpy(to, self->file.data + self->position, bytes);
        self->position += bytes;
        return static_cast<tmsize_t>(bytes);
    }
    static tmsize_t write(thandle_t, void *, tmsize_t) { return 0; }
    static toff_t seek(thandle_t handle, toff_t offset, int from) {
        auto *self = static_cast<stream *>(handle);
        const uint64_t base = from == SEEK_CUR ? self->position : from == SEEK_END ? self->file.count : 0;
        return self->position = base + offset;
    }
    static int close(thandle_t) { return 0; }
    /// libtiff 4.5 needs the file mapped to read uncompressed tiles of YCbCr.
    static int map(thandle_t handle, void **base, toff_t *size) {
        const auto *self = static_cast<stream *>(handle);
        *base = const_cast<uint8_t *>(self->file.data);
        *size = self->file.count;
        return 1;
    }
    static void unmap(thandle_t, void *, toff_t) {}
    static toff_t size(thandle_t handle) { return static_cast<stream *>(handle)->file.count; }
};

struct closing {
    void operator()(TIFF *file) const { TIFFClose(file); }
};
using tiff = std::unique_ptr<TIFF, closing>;

tiff open(stream &source) {
    static const bool once = [] {
        TIFFSetErrorHandler(keep_error);
        TIFFSetWarningHandler(nullptr);
        return true;
    }();
    (void)once;
    first_error[0] = 0;
    tiff result(TIFFClientOpen(
        "the file", "r", &source, stream::read, stream::write, stream::seek, stream::close,
        stream::size, stream::map, stream::unmap));
    if (!result) fail();
    return result;
}

/// Goes on to the first page that is not a smaller copy of another.
void find_picture(TIFF *file) {
    uint32_t kind = 0;
    while (TIFFGetField(file, TIFFTAG_SUBFILETYPE, &kind) != 0 && (kind & FILETYPE_REDUCEDIMAGE) != 0) {
        if (TIFFReadDirectory(file) == 0) {
            throw vision::unsupported(
                "is a TIFF that shows a small copy of the picture alone, as a camera's raw file does: "
                "develop it, for example with darktable-cli");
        }
        kind = 0;
    }
    uint8_t *version = nullptr;
    if (TIFFGetField(file, TIFFTAG_DNGVERSION, &version) != 0) {
        throw vision::unsupported(
            "is a camera's raw file (DNG), which is not read: develop it, for example with "
            "darktable-cli");
    }
}

/// Levels of all pixels, `step` bytes for each.
struct target {
    uint8_t *levels;
    int step;

    uint8_t *at(const tiff_layout &layout, uint64_t row, uint64_t column, int sample) const {
        return levels + (row * layout.width + column) * step + sample;
    }
};

/// Reads rows; `take` gets a row of samples, its number, the first column, how many, how many
/// samples each pixel has there, and which of them.
template <typename Take>
void read_strips(TIFF *file, const tiff_layout &layout, const Take &take) {
    const bool is_together = layout.planes == PLANARCONFIG_CONTIG;
    const auto bytes = static_cast<uint64_t>(TIFFScanlineSize64(file));
    const uint64_t needed =
        (uint64_t{layout.width} * layout.bits * (is_together ? layout.samples : 1) + 7) / 8;
    if (bytes < needed || bytes > largest_tile) fail();
    std::vector<uint8_t> row(bytes);
    for (int plane = 0; plane < (is_together ? 1 : layout.wanted()); ++plane) {
        for (uint32_t y = 0; y < layout.height; ++y) {
            if (TIFFReadScanline(file, row.data(), y, static_cast<uint16_t>(plane)) != 1) fail();
            take(row.data(), y, 0, layout.width, plane);
        }
    }
}

template <typename Take>
void read_tiles(TIFF *file, const tiff_layout &layout, const Take &take) {
    const bool is_together = layout.planes == PLANARCONFIG_CONTIG;
    uint32_t across = 0, down = 0;
    TIFFGetField(file, TIFFTAG_TILEWIDTH, &across);
    TIFFGetField(file, TIFFTAG_TILELENGTH, &down);
    const uint64_t bytes = TIFFTileSize64(file), row_bytes = TIFFTileRowSize64(file);
    const uint64_t needed = (uint64_t{across} * layout.bits * (is_together ? layout.samples : 1) + 7) / 8;
    if (across == 0 || down == 0 || bytes == 0 || row_bytes < needed || bytes < row_bytes * down) fail();
    if (bytes > largest_tile) {
        throw vision::unsupported(
            "is a TIFF with tiles of " + std::to_string(across) + " x " + std::to_string(down) +
            " pixels, which are not read: save it with smaller ones, or as PNG");
    }
    std::vector<uint8_t> tile(bytes);
    for (int plane = 0; plane < (is_together ? 1 : layout.wanted()); ++plane) {
        for (uint32_t top = 0; top < layout.height; top += std::min(down, layout.height - top)) {
            for (uint32_t left = 0; left < layout.width; left += std::min(across, layout.width - left)) {
                if (TIFFReadTile(file, tile.data(), left, top, 0, static_cast<uint16_t>(plane)) < 0) fail();
                for (uint32_t y = 0; y < std::min(down, layout.height - top); ++y) {
                    take(
                        tile.data() + y * row_bytes, top + y, left,
                        std::min(across, layout.width - left), plane);
                }
            }
        }
    }
}

/// The colours of a palette, as levels.
struct palette {
    const uint16_t *channels[3];
    bool is_eight_bits = true;

    palette(TIFF *file, int bits) {
        uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
        if (TIFFGetField(file, TIFFTAG_COLORMAP, &red, &green, &blue) == 0) fail();
        channels[0] = red, channels[1] = green, channels[2] = blue;
        // Some old programs wrote levels of 8 bits.
        for (const auto *channel : channels) {
            for (int index = 0; index < 1 << bits; ++index) is_eight_bits &= channel[index] < 256;
        }
    }

    void put(uint32_t index, uint8_t *to) const {
        for (int c = 0; c < 3; ++c) {
            const int value = channels[c][index];
            to[c] = static_cast<uint8_t>(is_eight_bits ? value : (value + 128) / 257);
        }
    }
};

template <typename Take>
void read(TIFF *file, const tiff_layout &layout, const Take &take) {
    if (TIFFIsTiled(file) != 0) {
        read_tiles(file, layout, take);
    } else {
        read_strips(file, layout, take);
    }
}

void read_palette(TIFF *file, const tiff_layout &layout, const vision::image_owner &image) {
    const palette colours(file, layout.bits);
    const tiff_levels samples(layout);
    const int stride = layout.planes == PLANARCONFIG_CONTIG ? layout.samples : 1;
    read(file, layout, [&](const uint8_t *row, uint32_t y, uint32_t left, uint32_t count, int) {
        for (uint32_t x = 0; x < count; ++x) {
            colours.put(
                samples.whole(row, size_t{x} * stride), image.row(static_cast<int>(y)) + 3 * (left + x));
        }
    });
}

/// Levels of the samples that make the colour, and of the alpha they are multiplied by.
void read_levels(TIFF *file, const tiff_layout &layout, uint8_t *out) {
    const target levels{out, layout.wanted()};
    tiff_levels samples(layout);
    const bool is_together = layout.planes == PLANARCONFIG_CONTIG;
    read(file, layout, [&](const uint8_t *row, uint32_t y, uint32_t left, uint32_t count, int plane) {
        for (int sample = 0; sample < (is_together ? layout.wanted() : 1); ++sample) {
            samples.read(
                row, is_together ? layout.samples : 1, sample, count,
                levels.at(layout, y, left, is_together ? sample : plane), levels.step);
        }
    });
    samples.check();
}

/// libtiff's own way from luminance and two differences to colours.
void read_colours(TIFF *file, const tiff_layout &layout, const vision::image_owner &image) {
    char problem[1024] = "";
    if (TIFFRGBAImageOK(file, problem) == 0) {
        throw vision::unsupported(
            std::string("is a TIFF of a kind that is not read (") + problem +
            "): save it as PNG, or as a TIFF of 8 or 16 bits");
    }
    TIFFSetField(file, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    std::vector<uint32_t> pixels(size_t{layout.width} * layout.height);
    if (TIFFReadRGBAImageOriented(
            file, layout.width, layout.height, pixels.data(), ORIENTATION_TOPLEFT, 1) == 0) {
        fail();
    }
    uint8_t *to = image.row(0);
    for (const uint32_t pixel : pixels) {
        *to++ = TIFFGetR(pixel);
        *to++ = TIFFGetG(pixel);
        *to++ = TIFFGetB(pixel);
    }
}

/// Colours from what was multiplied by alpha, or from ink over paper.
void mix(const tiff_layout &layout, const std::vector<uint8_t> &levels, uint8_t *to) {
    const int step = layout.wanted(), colours = layout.colours;
    for (auto from = levels.begin(); from != levels.end(); from += step) {
        const int last = from[step - 1];
        for (int c = 0; c < std::min(colours, 3); ++c) {
            if (layout.is_premultiplied) {
                *to++ = static_cast<uint8_t>(last == 0 ? 0 : std::min(255, (255 * from[c] + last / 2) / last));
            } else {
                *to++ = static_cast<uint8_t>(((255 - from[c]) * (255 - last) + 127) / 255);
            }
        }
    }
}

}  // namespace

vision::image_owner decode_tiff(codec::span bytes, int64_t most_pixels) {
    stream source{bytes};
    const tiff file = open(source);
    find_picture(file.get());
    const tiff_layout layout(file.get());
    codec::check_pixels(layout.width, layout.height, most_pixels);
    const int width = static_cast<int>(layout.width), height = static_cast<int>(layout.height);
    const bool is_grey = layout.colours == 1 && layout.photometric != PHOTOMETRIC_PALETTE;
    vision::image_owner image(width, height, is_grey ? 1 : 3);
    if (layout.photometric == PHOTOMETRIC_PALETTE) {
        read_palette(file.get(), layout, image);
    } else if (layout.photometric == PHOTOMETRIC_YCBCR) {
        read_colours(file.get(), layout, image);
    } else if (layout.wanted() == image->channels) {
        read_levels(file.get(), layout, image.row(0));
    } else {
        std::vector<uint8_t> levels(size_t{layout.width} * layout.height * layout.wanted());
        read_levels(file.get(), layout, levels.data());
        mix(layout, levels, image.row(0));
    }
    return codec::turned(std::move(image), layout.orientation);
}

}  // namespace media

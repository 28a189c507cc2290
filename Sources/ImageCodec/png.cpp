// PNG by libpng. Its errors leave it by longjmp: between setjmp and the calls of libpng no object
// may need a destructor.
#include <png.h>

#include <csetjmp>

#include "formats.hpp"

namespace {

struct png_errors {
    char message[128] = "";
};

void leave(png_structp png, png_const_charp text) {
    auto *errors = static_cast<png_errors *>(png_get_error_ptr(png));
    std::strncpy(errors->message, text, sizeof errors->message - 1);
    png_longjmp(png, 1);
}

void pass_over(png_structp, png_const_charp) {}

struct decoder {
    png_errors errors;
    png_structp png = nullptr;
    png_infop info = nullptr, end = nullptr;
    codec::span rest{};
    int channels = 0;

    decoder() {
        png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &errors, leave, pass_over);
        if (png == nullptr) throw std::bad_alloc();
        info = png_create_info_struct(png);
        end = png_create_info_struct(png);
        if (info == nullptr || end == nullptr) {
            png_destroy_read_struct(&png, &info, &end);
            throw std::bad_alloc();
        }
    }
    decoder(const decoder &) = delete;
    decoder &operator=(const decoder &) = delete;
    ~decoder() { png_destroy_read_struct(&png, &info, &end); }

    /// Reads up to the image; false with a message.
    bool read_header(codec::span file) {
        if (setjmp(png_jmpbuf(png)) != 0) return false;
        rest = file;
        png_set_read_fn(png, &rest, [](png_structp png, png_bytep target, size_t count) {
            auto *rest = static_cast<codec::span *>(png_get_io_ptr(png));
            if (count > rest->count) png_error(png, "the data ends before the image does");
            std::memcpy(target, rest->data, count);
            *rest = {rest->data + count, rest->count - count};
        });
        png_read_info(png, info);
        return true;
    }

    /// Asks libpng for 8 bits, and for one value or three for each pixel: one where the file is
    /// grey without alpha.
    bool ask_for_pixels() {
        if (setjmp(png_jmpbuf(png)) != 0) return false;
        const int type = png_get_color_type(png, info);
        channels = type == PNG_COLOR_TYPE_GRAY ? 1 : 3;
        png_set_scale_16(png);
        png_set_strip_alpha(png);
        if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
        if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
        if (type == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_gray_to_rgb(png);
        png_set_interlace_handling(png);
        png_read_update_info(png, info);
        const size_t width = png_get_image_width(png, info);
        if (png_get_rowbytes(png, info) != width * static_cast<size_t>(channels)) {
            png_error(png, "its pixels are of an unexpected kind");
        }
        return true;
    }

    /// Reads the rows of an image of the header's size; false with a message.
    bool read_rows(const vision::image_owner &image) {
        if (setjmp(png_jmpbuf(png)) != 0) return false;
        const int passes = png_get_interlace_type(png, info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
        for (int pass = 0; pass < passes; ++pass) {
            for (int y = 0; y < image->height; ++y) png_read_row(png, image.row(y), nullptr);
        }
        png_read_end(png, end);
        return true;
    }

    /// It may stand before the pixels or behind them.
    int orientation() {
        for (png_infop place : {info, end}) {
            png_uint_32 count = 0;
            png_bytep exif = nullptr;
            if (png_get_eXIf_1(png, place, &count, &exif) != 0) {
                return codec::orientation({exif, count});
            }
        }
        return 1;
    }
};

struct encoder {
    png_errors errors;
    png_structp png = nullptr;
    png_infop info = nullptr;
    std::string bytes;

    encoder() {
        png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &errors, leave, pass_over);
        if (png == nullptr) throw std::bad_alloc();
        info = png_create_info_struct(png);
        if (info == nullptr) {
            png_destroy_write_struct(&png, &info);
            throw std::bad_alloc();
        }
    }
    encoder(const encoder &) = delete;
    encoder &operator=(const encoder &) = delete;
    ~encoder() { png_destroy_write_struct(&png, &info); }

    bool write(const uint8_t *pixels, int width, int height, int channels) {
        if (setjmp(png_jmpbuf(png)) != 0) return false;
        png_set_write_fn(
            png, this,
            [](png_structp png, png_bytep data, size_t count) {
                auto *self = static_cast<encoder *>(png_get_io_ptr(png));
                if (!self->append(data, count)) png_error(png, "there is not enough memory");
            },
            [](png_structp) {});
        // For speed, as OpenCV does.
        png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
        png_set_compression_level(png, 1);
        constexpr int run_lengths = 3;  // zlib's Z_RLE
        png_set_compression_strategy(png, run_lengths);
        png_set_IHDR(
            png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8,
            channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
            PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_write_info(png, info);
        const size_t stride = static_cast<size_t>(width) * static_cast<size_t>(channels);
        for (int y = 0; y < height; ++y) {
            png_write_row(png, pixels + static_cast<size_t>(y) * stride);
        }
        png_write_end(png, info);
        return true;
    }

    /// No exception may go through libpng.
    bool append(const uint8_t *data, size_t count) noexcept {
        try {
            bytes.append(reinterpret_cast<const char *>(data), count);
            return true;
        } catch (...) {
            return false;
        }
    }
};

}  // namespace

namespace codec {

vision::image_owner decode_png(span file, int64_t most_pixels) {
    decoder decoder;
    if (!decoder.read_header(file)) throw std::runtime_error(decoder.errors.message);
    const int64_t width = png_get_image_width(decoder.png, decoder.info);
    const int64_t height = png_get_image_height(decoder.png, decoder.info);
    check_pixels(width, height, most_pixels);
    if (!decoder.ask_for_pixels()) throw std::runtime_error(decoder.errors.message);
    vision::image_owner image(
        static_cast<int>(width), static_cast<int>(height), decoder.channels);
    if (!decoder.read_rows(image)) throw std::runtime_error(decoder.errors.message);
    return turned(std::move(image), decoder.orientation());
}

void encode_png(vision_bytes &out, const uint8_t *pixels, int width, int height, int channels) {
    encoder encoder;
    if (!encoder.write(pixels, width, height, channels)) {
        throw std::runtime_error(encoder.errors.message);
    }
    auto *data = static_cast<uint8_t *>(std::malloc(encoder.bytes.size()));
    if (data == nullptr) throw std::bad_alloc();
    std::memcpy(data, encoder.bytes.data(), encoder.bytes.size());
    out = {data, encoder.bytes.size()};
}

}  // namespace codec

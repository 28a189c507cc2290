// JPEG by libjpeg. Its errors leave it by longjmp: between setjmp and the calls of libjpeg no
// object may need a destructor.
#include <csetjmp>
#include <cstdio>
// After cstdio, whose FILE it needs.
#include <jerror.h>
#include <jpeglib.h>

#include "formats.hpp"

namespace {

struct jpeg_errors {
    jpeg_error_mgr base;
    std::jmp_buf escape;
    char message[JMSG_LENGTH_MAX];
};

jpeg_error_mgr *prepare(jpeg_errors &errors) {
    jpeg_error_mgr *base = jpeg_std_error(&errors.base);
    base->error_exit = [](j_common_ptr info) {
        auto *errors = reinterpret_cast<jpeg_errors *>(info->err);
        info->err->format_message(info, errors->message);
        std::longjmp(errors->escape, 1);
    };
    // Of what is damaged but can be gone on with, nothing is said.
    base->emit_message = [](j_common_ptr, int) {};
    base->output_message = [](j_common_ptr) {};
    return base;
}

struct decoder {
    jpeg_decompress_struct info{};
    jpeg_errors errors{};
    /// Four values for each pixel of a row; of libjpeg's memory.
    JSAMPARRAY ink = nullptr;

    decoder() {
        info.err = prepare(errors);
        jpeg_create_decompress(&info);
    }
    decoder(const decoder &) = delete;
    decoder &operator=(const decoder &) = delete;
    ~decoder() { jpeg_destroy_decompress(&info); }

    /// Reads up to the image; false with a message.
    bool read_header(codec::span file, int reduction) {
        if (setjmp(errors.escape) != 0) return false;
        jpeg_mem_src(&info, file.data, file.count);
        // libjpeg would go on with grey.
        info.src->fill_input_buffer = [](j_decompress_ptr info) -> boolean {
            ERREXIT(info, JERR_INPUT_EOF);
            return FALSE;
        };
        jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);
        jpeg_read_header(&info, TRUE);
        info.scale_num = 1;
        info.scale_denom = static_cast<unsigned>(reduction);
        info.out_color_space = info.num_components == 1   ? JCS_GRAYSCALE
                               : info.num_components == 4 ? JCS_CMYK
                                                          : JCS_RGB;
        jpeg_calc_output_dimensions(&info);
        return true;
    }

    /// Reads the rows of an image of the header's size; false with a message.
    bool read_rows(const vision::image_owner &image) {
        if (setjmp(errors.escape) != 0) return false;
        jpeg_start_decompress(&info);
        const bool is_ink = info.out_color_space == JCS_CMYK;
        if (is_ink) {
            ink = info.mem->alloc_sarray(
                reinterpret_cast<j_common_ptr>(&info), JPOOL_IMAGE, 4 * info.output_width, 1);
        }
        while (info.output_scanline < info.output_height) {
            JSAMPROW row = image.row(static_cast<int>(info.output_scanline));
            jpeg_read_scanlines(&info, is_ink ? ink : &row, 1);
            if (is_ink) colour_of_ink(row);
        }
        return true;
    }

    /// Ink as Adobe stores it, inverted, over paper.
    void colour_of_ink(uint8_t *row) const {
        const uint8_t *source = ink[0];
        for (unsigned x = 0; x < info.output_width; ++x, source += 4, row += 3) {
            const int black = source[3];
            for (int c = 0; c < 3; ++c) {
                row[c] = static_cast<uint8_t>(black - ((255 - source[c]) * black >> 8));
            }
        }
    }

    int orientation() const {
        for (auto *marker = info.marker_list; marker != nullptr; marker = marker->next) {
            const bool is_exif = marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 &&
                                 std::memcmp(marker->data, "Exif\0", 6) == 0;
            if (is_exif) return codec::orientation({marker->data + 6, marker->data_length - 6});
        }
        return 1;
    }
};

struct encoder {
    jpeg_compress_struct info{};
    jpeg_errors errors{};
    unsigned char *data = nullptr;
    unsigned long count = 0;

    encoder() {
        info.err = prepare(errors);
        jpeg_create_compress(&info);
    }
    encoder(const encoder &) = delete;
    encoder &operator=(const encoder &) = delete;
    ~encoder() {
        jpeg_destroy_compress(&info);
        std::free(data);
    }

    bool write(const uint8_t *pixels, int width, int height, int channels, int quality) {
        if (setjmp(errors.escape) != 0) return false;
        jpeg_mem_dest(&info, &data, &count);
        info.image_width = static_cast<unsigned>(width);
        info.image_height = static_cast<unsigned>(height);
        info.input_components = channels;
        info.in_color_space = channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
        jpeg_set_defaults(&info);
        jpeg_set_quality(&info, quality, TRUE);
        jpeg_start_compress(&info, TRUE);
        const size_t stride = static_cast<size_t>(width) * static_cast<size_t>(channels);
        while (info.next_scanline < info.image_height) {
            auto *row = const_cast<uint8_t *>(pixels + info.next_scanline * stride);
            jpeg_write_scanlines(&info, &row, 1);
        }
        jpeg_finish_compress(&info);
        return true;
    }
};

}  // namespace

namespace codec {

vision::image_owner decode_jpeg(span file, int reduction, int64_t most_pixels) {
    if (reduction != 1 && reduction != 2 && reduction != 4 && reduction != 8) {
        throw std::invalid_argument(
            "expected a reduction of 1, 2, 4 or 8, got " + std::to_string(reduction));
    }
    decoder decoder;
    if (!decoder.read_header(file, reduction)) throw std::runtime_error(decoder.errors.message);
    const auto &info = decoder.info;
    check_pixels(info.image_width, info.image_height, most_pixels);
    vision::image_owner image(
        static_cast<int>(info.output_width), static_cast<int>(info.output_height),
        info.num_components == 1 ? 1 : 3);
    if (!decoder.read_rows(image)) throw std::runtime_error(decoder.errors.message);
    return turned(std::move(image), decoder.orientation());
}

void encode_jpeg(
    vision_bytes &out, const uint8_t *pixels, int width, int height, int channels, int quality) {
    encoder encoder;
    if (!encoder.write(pixels, width, height, channels, quality)) {
        throw std::runtime_error(encoder.errors.message);
    }
    out = {encoder.data, encoder.count};
    encoder.data = nullptr;
}

}  // namespace codec

// Image files in memory to pixels and back.
#include <iostream>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "guard.hpp"

struct vision_bytes_s {
    std::vector<uchar> value;
};

namespace vision {

std::string &last_error() {
    thread_local std::string message;
    return message;
}

/// True while this thread is inside imdecode, which reports damaged files on std::cerr as well.
static thread_local bool decoding = false;

/// Passes on what is written to std::cerr, except by a thread that is decoding.
class cerr_filter final : public std::streambuf {
public:
    explicit cerr_filter(std::streambuf *next) : next(next) {}

protected:
    int overflow(int character) override {
        return decoding || character == traits_type::eof()
                   ? traits_type::not_eof(character)
                   : next->sputc(static_cast<char>(character));
    }
    std::streamsize xsputn(const char *text, std::streamsize count) override {
        return decoding ? count : next->sputn(text, count);
    }
    int sync() override { return next->pubsync(); }

private:
    std::streambuf *next;
};

static int flags(int reduction) {
    switch (reduction) {
        case 1: return cv::IMREAD_ANYCOLOR | cv::IMREAD_ANYDEPTH;
        case 2: return cv::IMREAD_ANYCOLOR | cv::IMREAD_REDUCED_GRAYSCALE_2;
        case 4: return cv::IMREAD_ANYCOLOR | cv::IMREAD_REDUCED_GRAYSCALE_4;
        case 8: return cv::IMREAD_ANYCOLOR | cv::IMREAD_REDUCED_GRAYSCALE_8;
        default:
            throw std::invalid_argument(
                "expected a reduction of 1, 2, 4 or 8, got " + std::to_string(reduction));
    }
}

static cv::Mat decode(const cv::Mat &data, int reduction) {
    struct scope {
        scope() { decoding = true; }
        ~scope() { decoding = false; }
    } scope;
    return cv::imdecode(data, flags(reduction));
}

void silence() {
    static const bool once = [] {
        // Never freed: std::cerr lives until the process ends.
        std::cerr.rdbuf(new cerr_filter(std::cerr.rdbuf()));
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        cv::redirectError([](int, const char *, const char *, const char *, int, void *) {
            return 0;
        });
        return true;
    }();
    (void)once;
}

/// Scales to 8 bits per channel over the full range of the type.
static cv::Mat to_8_bit(const cv::Mat &image) {
    cv::Mat result;
    switch (image.depth()) {
        case CV_8U: return image;
        case CV_16U: image.convertTo(result, CV_8U, 255.0 / 65535.0); return result;
        default:
            throw std::invalid_argument(
                "pixels of type " + cv::typeToString(image.type()) +
                "; expected whole numbers of 8 or 16 bits");
    }
}

}  // namespace vision

const char *vision_last_error(void) { return vision::last_error().c_str(); }

vision_status vision_image_decode(
    vision_image *out, const uint8_t *bytes, size_t count, int reduction) {
    return vision::guarded([&] {
        if (count == 0 || count > INT_MAX) throw std::invalid_argument("no bytes, or too many");
        const cv::Mat data(1, static_cast<int>(count), CV_8UC1, const_cast<uint8_t *>(bytes));
        cv::Mat image = vision::decode(data, reduction);
        if (image.empty()) throw std::runtime_error("the decoder found the data damaged");
        image = vision::to_8_bit(image);
        if (image.channels() == 4) cv::cvtColor(image, image, cv::COLOR_BGRA2BGR);
        vision::pixel_type(image.channels());
        *out = new vision_image_s{image};
    });
}

int vision_image_width(vision_image image) { return image->value.cols; }
int vision_image_height(vision_image image) { return image->value.rows; }
int vision_image_channels(vision_image image) { return image->value.channels(); }

vision_status vision_image_copy(vision_image image, uint8_t *pixels) {
    return vision::guarded([&] {
        const cv::Mat &source = image->value;
        cv::Mat target = vision::view(pixels, source.cols, source.rows, source.channels());
        if (source.channels() == 3) {
            cv::cvtColor(source, target, cv::COLOR_BGR2RGB);
        } else {
            source.copyTo(target);
        }
    });
}

void vision_image_free(vision_image image) { delete image; }

vision_status vision_image_encode(
    vision_bytes *out, const uint8_t *pixels, int width, int height, int channels, int format,
    int quality) {
    return vision::guarded([&] {
        cv::Mat image = vision::view(pixels, width, height, channels);
        if (channels == 3) {
            cv::Mat swapped;
            cv::cvtColor(image, swapped, cv::COLOR_RGB2BGR);
            image = swapped;
        }
        std::vector<uchar> bytes;
        const bool written =
            format == VISION_JPEG
                ? cv::imencode(".jpg", image, bytes, {cv::IMWRITE_JPEG_QUALITY, quality})
                : cv::imencode(".png", image, bytes);
        if (!written) throw std::runtime_error("the encoder refused the image");
        *out = new vision_bytes_s{std::move(bytes)};
    });
}

const uint8_t *vision_bytes_data(vision_bytes bytes) { return bytes->value.data(); }
size_t vision_bytes_count(vision_bytes bytes) { return bytes->value.size(); }
void vision_bytes_free(vision_bytes bytes) { delete bytes; }

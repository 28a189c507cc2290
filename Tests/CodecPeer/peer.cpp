// PNG and JPEG files in memory to pixels, by OpenCV.
#include <climits>
#include <iostream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "codec_peer.h"
#include "opencv.hpp"

namespace {

/// OpenCV's grey, BGR or BGRA pixels of 8 bits as an image.
vision_image rgb_image(const cv::Mat &from) {
    const bool is_grey = from.channels() == 1;
    vision::image_owner result(from.cols, from.rows, is_grey ? 1 : 3);
    cv::Mat target = vision::view(result.row(0), from.cols, from.rows, is_grey ? 1 : 3);
    if (is_grey) {
        from.copyTo(target);
    } else {
        cv::cvtColor(from, target, from.channels() == 4 ? cv::COLOR_BGRA2RGB : cv::COLOR_BGR2RGB);
    }
    return result.release();
}

/// True while this thread is inside imdecode, which reports damaged files on std::cerr as well.
thread_local bool decoding = false;

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

int flags(int reduction) {
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

cv::Mat decode(const cv::Mat &data, int reduction) {
    static const bool once = [] {
        // Never freed: std::cerr lives until the process ends.
        std::cerr.rdbuf(new cerr_filter(std::cerr.rdbuf()));
        return true;
    }();
    (void)once;
    struct scope {
        scope() { decoding = true; }
        ~scope() { decoding = false; }
    } scope;
    return cv::imdecode(data, flags(reduction));
}

/// Scales to 8 bits per channel over the full range of the type.
cv::Mat to_8_bit(const cv::Mat &image) {
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

}  // namespace

vision_status peer_decode(
    vision_image *out, const uint8_t *bytes, size_t count, int reduction) {
    return vision::guarded_opencv([&] {
        if (count == 0 || count > INT_MAX) throw std::invalid_argument("no bytes, or too many");
        const cv::Mat data(1, static_cast<int>(count), CV_8UC1, const_cast<uint8_t *>(bytes));
        const cv::Mat image = decode(data, reduction);
        if (image.empty()) throw std::runtime_error("the decoder found the data damaged");
        *out = rgb_image(to_8_bit(image));
    });
}

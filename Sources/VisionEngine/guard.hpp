// What every shim file shares: the guard that keeps exceptions inside, and views of pixels.
#pragma once

#include <exception>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <string>

#include "cvision.h"

struct vision_image_s {
    cv::Mat value;  // CV_8UC1, or CV_8UC3 in OpenCV's own BGR order
};

namespace vision {

std::string &last_error();

/// Makes OpenCV report errors through exceptions alone, not also on stderr.
void silence();

inline int pixel_type(int channels) {
    if (channels != 1 && channels != 3) {
        throw std::invalid_argument("expected 1 or 3 channels, got " + std::to_string(channels));
    }
    return CV_8UC(channels);
}

/// The caller's pixels as a matrix, without a copy.
inline cv::Mat view(uint8_t *pixels, int width, int height, int channels) {
    if (width < 1 || height < 1) {
        throw std::invalid_argument(
            "expected at least 1 x 1 pixels, got " + std::to_string(width) + " x " +
            std::to_string(height));
    }
    return cv::Mat(height, width, pixel_type(channels), pixels);
}

inline cv::Mat view(const uint8_t *pixels, int width, int height, int channels) {
    return view(const_cast<uint8_t *>(pixels), width, height, channels);
}

template <typename Body>
vision_status guarded(Body &&body) noexcept {
    try {
        silence();
        body();
        return VISION_OK;
    } catch (const cv::Exception &error) {
        last_error() = error.err;
    } catch (const std::exception &error) {
        last_error() = error.what();
    } catch (...) {
        last_error() = "unknown C++ exception";
    }
    return VISION_ERROR;
}

}  // namespace vision

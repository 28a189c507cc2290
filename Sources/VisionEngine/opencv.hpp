// What the files that call OpenCV share: its errors, and views of pixels.
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>

#include "vision_guard.hpp"

namespace vision {

/// Makes OpenCV report errors through exceptions alone, not also on stderr.
inline void silence_opencv() {
    static const bool once = [] {
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        cv::redirectError([](int, const char *, const char *, const char *, int, void *) {
            return 0;
        });
        return true;
    }();
    (void)once;
}

/// `guarded`, with OpenCV's short messages.
template <typename Body>
vision_status guarded_opencv(Body &&body) noexcept {
    return guarded([&] {
        silence_opencv();
        try {
            body();
        } catch (const cv::Exception &error) {
            throw std::runtime_error(error.err);
        }
    });
}

/// The caller's pixels as a matrix, without a copy.
inline cv::Mat view(uint8_t *pixels, int width, int height, int channels) {
    check_shape(width, height, channels);
    return cv::Mat(height, width, CV_8UC(channels), pixels);
}

inline cv::Mat view(const uint8_t *pixels, int width, int height, int channels) {
    return view(const_cast<uint8_t *>(pixels), width, height, channels);
}

}  // namespace vision

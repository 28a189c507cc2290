// The guard for files that call OpenCV.
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>

#include "guarded.hpp"

namespace classical {

/// `guarded`, with OpenCV's short messages, which it does not print itself.
template <typename Body>
classical_status guarded_opencv(Body &&body) noexcept {
    return guarded([&] {
        static const bool is_silent = [] {
            cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
            cv::redirectError([](int, const char *, const char *, const char *, int, void *) {
                return 0;
            });
            return true;
        }();
        (void)is_silent;
        try {
            body();
        } catch (const cv::Exception &error) {
            throw std::runtime_error(error.err);
        }
    });
}

}  // namespace classical

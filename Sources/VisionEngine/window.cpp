// What the face detector's network looks at.
#include <opencv2/imgproc.hpp>

#include "opencv.hpp"

namespace {
constexpr int largest_side = 1 << 14;
}

vision_status vision_show_window(
    uint8_t *out, const uint8_t *pixels, int width, int height, int channels,
    vision_window window) {
    return vision::guarded_opencv([&] {
        const bool fits =
            window.scaled_width > 0 && window.scaled_height > 0 && window.pad_left >= 0 &&
            window.pad_top >= 0 && window.input_width <= largest_side &&
            window.input_height <= largest_side &&
            window.pad_left <= window.input_width - window.scaled_width &&
            window.pad_top <= window.input_height - window.scaled_height;
        if (!fits) throw std::invalid_argument("the window does not fit the network's input");
        const cv::Mat part = vision::view(pixels, width, height, channels)(
            {window.left, window.top, window.width, window.height});
        const cv::Size size(window.scaled_width, window.scaled_height);
        const bool shrinks = size.width <= part.cols && size.height <= part.rows;
        cv::Mat scaled, colour;
        cv::resize(part, scaled, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
        if (scaled.channels() == 1) {
            cv::cvtColor(scaled, colour, cv::COLOR_GRAY2RGB);
        } else {
            colour = scaled;
        }
        cv::Mat input = vision::view(out, window.input_width, window.input_height, 3);
        cv::copyMakeBorder(
            colour, input, window.pad_top, window.input_height - window.pad_top - size.height,
            window.pad_left, window.input_width - window.pad_left - size.width,
            cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
    });
}

vision_status vision_set_threads(int count) {
    return vision::guarded_opencv([&] { cv::setNumThreads(count); });
}

// What the face detector's network looks at.
#include <opencv2/imgproc.hpp>

#include <span>
#include <tuple>

#include "opencv.hpp"

namespace {
constexpr int largest_side = 1 << 14;
}

vision_status vision_show_windows(
    uint8_t *sheet, int sheet_width, int sheet_height, const uint8_t *pixels, int width, int height,
    int channels, const vision_window *windows, int count) {
    return vision::guarded_opencv([&] {
        const cv::Mat image = vision::view(pixels, width, height, channels);
        const cv::Mat whole = vision::view(sheet, sheet_width, sheet_height, 3);
        if (sheet_width > largest_side || sheet_height > largest_side) {
            throw std::invalid_argument("the network's input is too large");
        }
        cv::Rect shown;
        cv::Mat scaled;
        for (const auto &window : std::span(windows, count)) {
            const cv::Rect part(window.left, window.top, window.width, window.height);
            const cv::Rect cell(
                window.cell_left, window.cell_top, window.cell_width, window.cell_height);
            const cv::Size size(window.scaled_width, window.scaled_height);
            const int right = cell.width - window.padding - size.width;
            const int below = cell.height - window.padding - size.height;
            if (size.empty() || window.padding < 0 || right < 0 || below < 0) {
                throw std::invalid_argument("a window does not fit its cell");
            }
            const auto shrinks = [&](const cv::Mat &from) {
                return size.width <= from.cols && size.height <= from.rows;
            };
            // From what was made of the same part before: it is smaller.
            const cv::Mat from = part == shown && shrinks(scaled) ? scaled : image(part);
            cv::Mat resized, colour;
            const int method = shrinks(from) ? cv::INTER_AREA : cv::INTER_LINEAR;
            cv::resize(from, resized, size, 0, 0, method);
            std::tie(shown, scaled) = std::tie(part, resized);
            if (resized.channels() == 1) {
                cv::cvtColor(resized, colour, cv::COLOR_GRAY2RGB);
            } else {
                colour = resized;
            }
            cv::Mat target = whole(cell);
            cv::copyMakeBorder(
                colour, target, window.padding, below, window.padding, right,
                cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
        }
    });
}

vision_status vision_set_threads(int count) {
    return vision::guarded_opencv([&] { cv::setNumThreads(count); });
}

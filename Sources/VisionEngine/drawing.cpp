// Resizing and text.
#include <opencv2/imgproc.hpp>

#include "opencv.hpp"

namespace {
constexpr int font = cv::FONT_HERSHEY_SIMPLEX;
constexpr int thickness = 1;
}  // namespace

vision_status vision_resize(
    uint8_t *out, int out_width, int out_height, const uint8_t *pixels, int width, int height,
    int channels) {
    return vision::guarded_opencv([&] {
        const cv::Mat source = vision::view(pixels, width, height, channels);
        cv::Mat target = vision::view(out, out_width, out_height, channels);
        const bool shrinks = out_width <= width && out_height <= height;
        cv::resize(
            source, target, target.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    });
}

vision_status vision_draw_text(
    uint8_t *pixels, int width, int height, int channels, const char *text, int x, int y,
    double scale, uint8_t grey) {
    return vision::guarded_opencv([&] {
        cv::Mat image = vision::view(pixels, width, height, channels);
        cv::putText(
            image, text, {x, y}, font, scale, cv::Scalar::all(grey), thickness, cv::LINE_AA);
    });
}

vision_status vision_text_size(int *out_width, int *out_height, const char *text, double scale) {
    return vision::guarded_opencv([&] {
        int baseline = 0;
        const cv::Size size = cv::getTextSize(text, font, scale, thickness, &baseline);
        *out_width = size.width;
        *out_height = size.height;
    });
}

// Frames of cameras.
#include <dlfcn.h>

#include <climits>
#include <cmath>
#include <cstdarg>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "camera_engine.h"
#include "opencv.hpp"

namespace {

/// Behind a handle. The reader of files defines `video_reader_s`: a second definition, linked into
/// one program with it, would share its destructor.
struct opened_camera {
    cv::VideoCapture value;
};

cv::VideoCapture &capture(video_reader camera) {
    return reinterpret_cast<opened_camera *>(camera)->value;
}

/// Keeps FFmpeg, which OpenCV brings, from writing on stderr. OpenCV sets FFmpeg's level again
/// whenever it opens something, so the function that writes is replaced.
void silence_ffmpeg() {
    static const bool once = [] {
        using callback = void (*)(void *, int, const char *, va_list);
        using set_callback = void (*)(callback);
        if (void *function = dlsym(RTLD_DEFAULT, "av_log_set_callback")) {
            reinterpret_cast<set_callback>(function)([](void *, int, const char *, va_list) {});
        }
        return true;
    }();
    (void)once;
}

vision_status open(video_reader *out, const char *device, int64_t) {
    return vision::guarded_opencv([&] {
        silence_ffmpeg();
        auto camera = std::make_unique<opened_camera>();
        if (!camera->value.open(device, cv::CAP_V4L2)) {
            throw std::runtime_error("it could not be opened");
        }
        *out = reinterpret_cast<video_reader>(camera.release());
    });
}

double property(video_reader camera, int name) noexcept {
    double result = 0;
    const vision_status status = vision::guarded_opencv([&] { result = capture(camera).get(name); });
    return status == VISION_OK ? result : 0;
}

int whole_property(video_reader camera, int name) noexcept {
    const double value = property(camera, name);
    return value > 0 && value < INT_MAX ? static_cast<int>(value) : 0;
}

vision_status grab(video_reader camera, int *has_frame) {
    return vision::guarded_opencv([&] { *has_frame = capture(camera).grab() ? 1 : 0; });
}

vision_status retrieve(vision_image *out, video_reader camera) {
    return vision::guarded_opencv([&] {
        cv::Mat frame;
        if (!capture(camera).retrieve(frame) || frame.empty()) {
            throw std::runtime_error("a frame could not be decoded");
        }
        if (frame.type() != CV_8UC3) throw std::runtime_error("its frames are not BGR of 8 bits");
        vision::image_owner image(frame.cols, frame.rows, 3);
        cv::Mat pixels = vision::view(image.row(0), frame.cols, frame.rows, 3);
        cv::cvtColor(frame, pixels, cv::COLOR_BGR2RGB);
        *out = image.release();
    });
}

double unknown(video_reader) { return 0; }

}  // namespace

const video_functions camera_functions_table = {
    .last_error = [] { return vision::last_error().c_str(); },
    .open = open,
    .width = [](video_reader camera) { return whole_property(camera, cv::CAP_PROP_FRAME_WIDTH); },
    .height = [](video_reader camera) { return whole_property(camera, cv::CAP_PROP_FRAME_HEIGHT); },
    .frame_rate = [](video_reader camera) { return property(camera, cv::CAP_PROP_FPS); },
    .frame_count = unknown,
    .seconds = unknown,
    .is_cut = [](video_reader) { return 0; },
    .grab = grab,
    .milliseconds = [](video_reader) { return std::nan(""); },
    .retrieve = retrieve,
    .notes = [](video_reader) { return ""; },
    .close = [](video_reader camera) { delete reinterpret_cast<opened_camera *>(camera); },
};

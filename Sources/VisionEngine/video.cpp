// Frames of video files and cameras.
#include <dlfcn.h>

#include <climits>
#include <cstdarg>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "guard.hpp"

struct vision_video_s {
    cv::VideoCapture value;
};

namespace {

/// Keeps FFmpeg from writing about damaged files on stderr. OpenCV sets FFmpeg's level again whenever it
/// opens a file, so the function that writes is replaced; with OPENCV_FFMPEG_LOGLEVEL in the
/// environment OpenCV sets that too, and the messages are seen.
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

template <typename... Arguments>
vision_status open_video(vision_video *out, Arguments... arguments) {
    return vision::guarded([&] {
        silence_ffmpeg();
        auto video = std::make_unique<vision_video_s>();
        if (!video->value.open(arguments...)) throw std::runtime_error("it could not be opened");
        *out = video.release();
    });
}

double property(vision_video video, int name) noexcept {
    double result = 0;
    const vision_status status = vision::guarded([&] { result = video->value.get(name); });
    return status == VISION_OK ? result : 0;
}

int whole_property(vision_video video, int name) noexcept {
    const double value = property(video, name);
    return value > 0 && value < INT_MAX ? static_cast<int>(value) : 0;
}

}  // namespace

vision_status vision_video_open_file(vision_video *out, const char *path) {
    return open_video(out, path, static_cast<int>(cv::CAP_FFMPEG));
}

vision_status vision_video_open_camera(vision_video *out, int index) {
    return open_video(out, index, static_cast<int>(cv::CAP_V4L2));
}

int vision_video_width(vision_video video) {
    return whole_property(video, cv::CAP_PROP_FRAME_WIDTH);
}

int vision_video_height(vision_video video) {
    return whole_property(video, cv::CAP_PROP_FRAME_HEIGHT);
}

double vision_video_frame_rate(vision_video video) { return property(video, cv::CAP_PROP_FPS); }

double vision_video_frame_count(vision_video video) {
    return property(video, cv::CAP_PROP_FRAME_COUNT);
}

vision_status vision_video_grab(vision_video video, int *has_frame) {
    return vision::guarded([&] { *has_frame = video->value.grab() ? 1 : 0; });
}

double vision_video_milliseconds(vision_video video) {
    return property(video, cv::CAP_PROP_POS_MSEC);
}

vision_status vision_video_retrieve(vision_video video, vision_image *out) {
    return vision::guarded([&] {
        cv::Mat frame;
        if (!video->value.retrieve(frame) || frame.empty()) {
            throw std::runtime_error("a frame could not be decoded");
        }
        if (frame.depth() != CV_8U) throw std::runtime_error("its frames are not of 8 bits");
        if (frame.channels() == 4) cv::cvtColor(frame, frame, cv::COLOR_BGRA2BGR);
        vision::pixel_type(frame.channels());
        // The capture uses its own frame again.
        *out = new vision_image_s{frame.clone()};
    });
}

void vision_video_free(vision_video video) { delete video; }

// Frames of video files and cameras.
#include <dlfcn.h>

#include <climits>
#include <cstdarg>
#include <memory>
#include <opencv2/videoio.hpp>

#include "media.hpp"

struct media_video_s {
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
vision_status open_video(media_video *out, Arguments... arguments) {
    return vision::guarded_opencv([&] {
        silence_ffmpeg();
        auto video = std::make_unique<media_video_s>();
        if (!video->value.open(arguments...)) throw std::runtime_error("it could not be opened");
        *out = video.release();
    });
}

double property(media_video video, int name) noexcept {
    double result = 0;
    const vision_status status = vision::guarded_opencv([&] { result = video->value.get(name); });
    return status == VISION_OK ? result : 0;
}

int whole_property(media_video video, int name) noexcept {
    const double value = property(video, name);
    return value > 0 && value < INT_MAX ? static_cast<int>(value) : 0;
}

}  // namespace

vision_status media_video_open_file(media_video *out, const char *path) {
    return open_video(out, path, static_cast<int>(cv::CAP_FFMPEG));
}

vision_status media_video_open_camera(media_video *out, int index) {
    return open_video(out, index, static_cast<int>(cv::CAP_V4L2));
}

int media_video_width(media_video video) {
    return whole_property(video, cv::CAP_PROP_FRAME_WIDTH);
}

int media_video_height(media_video video) {
    return whole_property(video, cv::CAP_PROP_FRAME_HEIGHT);
}

double media_video_frame_rate(media_video video) { return property(video, cv::CAP_PROP_FPS); }

double media_video_frame_count(media_video video) {
    return property(video, cv::CAP_PROP_FRAME_COUNT);
}

vision_status media_video_grab(media_video video, int *has_frame) {
    return vision::guarded_opencv([&] { *has_frame = video->value.grab() ? 1 : 0; });
}

double media_video_milliseconds(media_video video) {
    return property(video, cv::CAP_PROP_POS_MSEC);
}

vision_status media_video_retrieve(vision_image *out, media_video video) {
    return vision::guarded_opencv([&] {
        cv::Mat frame;
        if (!video->value.retrieve(frame) || frame.empty()) {
            throw std::runtime_error("a frame could not be decoded");
        }
        if (frame.depth() != CV_8U) throw std::runtime_error("its frames are not of 8 bits");
        *out = media::image(frame).release();
    });
}

void media_video_free(media_video video) { delete video; }

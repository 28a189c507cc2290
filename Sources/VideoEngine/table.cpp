// What the loader asks this library for: video and sound files through FFmpeg's libraries.
#include "picture.hpp"
#include "sound.hpp"
#include "track.hpp"
#include "video_engine.h"
#include "vision_guard.hpp"

struct video_reader_s {
    video::track track;
    video::picture_maker maker;
    video::shape shape;
    int64_t most_pixels;

    video_reader_s(const char *path, int64_t most_pixels)
        : track(path, most_pixels), most_pixels(most_pixels) {
        update();
    }

    void update() {
        shape = video::shape_of(track.frame(), track.pixel_aspect(), track.display_turn());
    }
};

struct sound_reader_s {
    video::sound sound;
};

namespace {

/// `vision::guarded`, with the results of refusals.
template <typename Body>
vision_status guarded(Body &&body) {
    vision_status result = VISION_OK;
    const vision_status status = vision::guarded([&] {
        try {
            body();
        } catch (const video::refusal &refusal) {
            vision::last_error() = refusal.what();
            result = refusal.status;
        }
    });
    return status == VISION_OK ? result : status;
}

vision_status open(video_reader *out, const char *path, int64_t most_pixels) {
    return guarded([&] { *out = new video_reader_s(path, most_pixels); });
}

vision_status grab(video_reader video, int *has_frame) {
    return guarded([&] {
        *has_frame = video->track.next() ? 1 : 0;
        if (*has_frame == 0) return;
        video::check_colours(video->track.frame(), video->track.said);
        video->update();
    });
}

vision_status retrieve(vision_image *out, video_reader video) {
    return guarded([&] { *out = video->maker.make(video->track.frame(), video->shape); });
}

vision_status open_sound(sound_reader *out, const char *path, int rate) {
    return guarded([&] { *out = new sound_reader_s{{path, rate}}; });
}

vision_status read_sound(sound_reader reader, float *samples, int count, int *read) {
    return guarded([&] { *read = reader->sound.read(samples, count); });
}

}  // namespace

const video_functions video_functions_table = {
    .last_error = [] { return vision::last_error().c_str(); },
    .open = open,
    .width = [](video_reader video) { return video->shape.shown_width(); },
    .height = [](video_reader video) { return video->shape.shown_height(); },
    .frame_rate = [](video_reader video) { return video->track.frame_rate(); },
    .frame_count = [](video_reader video) { return video->track.frame_count(); },
    .seconds = [](video_reader video) { return video->track.seconds(); },
    .is_cut = [](video_reader video) { return video->track.is_cut() ? 1 : 0; },
    .grab = grab,
    .milliseconds = [](video_reader video) { return video->track.milliseconds(); },
    .retrieve = retrieve,
    .notes = [](video_reader video) { return video->track.said.text().c_str(); },
    .close = [](video_reader video) { delete video; },
};

const sound_functions sound_functions_table = {
    .last_error = [] { return vision::last_error().c_str(); },
    .open = open_sound,
    .seconds = [](sound_reader reader) { return reader->sound.seconds(); },
    .read = read_sound,
    .is_cut = [](sound_reader reader) { return reader->sound.is_cut() ? 1 : 0; },
    .notes = [](sound_reader reader) { return reader->sound.said.text().c_str(); },
    .close = [](sound_reader reader) { delete reader; },
};

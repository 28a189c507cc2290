#include "track.hpp"

#include "file.hpp"
#include "picture.hpp"

#include <cstdio>
#include <string_view>

namespace video {
namespace {

constexpr const char *formats = "mov,matroska,avi,mpeg,mpegvideo,mpegts,flv,ogg,asf";
constexpr int most_threads = 8;
/// The largest ratio of a pixel's width and height, either way, that is believed.
constexpr double most_aspect = 8;

constexpr const char *stereo = "holds views for two eyes, which are read as one picture.";

bool is_picture_track(const AVStream *stream) {
    constexpr int stills = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS;
    return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !(stream->disposition & stills);
}

int64_t area(const AVStream *stream) {
    return static_cast<int64_t>(stream->codecpar->width) * stream->codecpar->height;
}

}  // namespace

track::track(const char *path, int64_t most_pixels) {
    // Coded frames have edges of their own.
    most_pixels += most_pixels / 4 + 4096;
    format_ = open_file(path, formats);
    find_tracks(format_.get(), most_pixels);
    choose();
    describe_track();
    decoder_.open(format_.get(), stream_, "its pictures are", [&](AVCodecContext &context) {
        context.max_pixels = most_pixels;
        context.thread_count = std::clamp(av_cpu_count(), 1, most_threads);
        // Else the left edge of a crop is moved to where memory is aligned.
        context.flags |= AV_CODEC_FLAG_UNALIGNED;
    });
    frame_.reset(av_frame_alloc());
    if (!frame_) throw std::bad_alloc();
    read_aperture(path);
    is_cut_ = video::is_cut(path);
    frame_->width = stream_->codecpar->width;
    frame_->height = stream_->codecpar->height;
    cut();
    frame_->best_effort_timestamp = AV_NOPTS_VALUE;
}

/// The track that players show: the one marked as the default, and of those the largest.
void track::choose() {
    int tracks = 0;
    for (unsigned index = 0; index < format_->nb_streams; ++index) {
        AVStream *stream = format_->streams[index];
        stream->discard = AVDISCARD_ALL;
        if (!is_picture_track(stream)) continue;
        tracks += 1;
        const auto rank = [](const AVStream *one) {
            return std::pair(one->disposition & AV_DISPOSITION_DEFAULT, area(one));
        };
        if (stream_ == nullptr || rank(stream) > rank(stream_)) stream_ = stream;
    }
    if (stream_ == nullptr) throw refusal("it has no picture track", VIDEO_NO_PICTURES);
    stream_->discard = AVDISCARD_DEFAULT;
    if (tracks > 1) {
        said.add(
            "holds " + std::to_string(tracks) + " picture tracks; the " +
            std::to_string(stream_->codecpar->width) + " x " +
            std::to_string(stream_->codecpar->height) + " one is read.");
    }
}

/// Notes what the track's header says; refuses what only other decoders read.
void track::describe_track() {
    const auto has = [&](AVPacketSideDataType type, size_t bytes) {
        size_t size = 0;
        const uint8_t *data = av_stream_get_side_data(stream_, type, &size);
        return size < bytes ? nullptr : data;
    };
    if (const auto *vision = reinterpret_cast<const AVDOVIDecoderConfigurationRecord *>(
            has(AV_PKT_DATA_DOVI_CONF, sizeof(AVDOVIDecoderConfigurationRecord)));
        vision != nullptr && vision->dv_profile == 5) {
        throw refusal("its colours are Dolby Vision's alone (profile 5)");
    }
    if (const auto *views = reinterpret_cast<const AVStereo3D *>(
            has(AV_PKT_DATA_STEREO3D, sizeof(AVStereo3D)));
        views != nullptr && views->type != AV_STEREO3D_2D) {
        said.add(stereo);
    }
    if (has(AV_PKT_DATA_SPHERICAL, 1) != nullptr) {
        said.add("shows all directions (360 degrees): its frames are read flat, and distorted.");
    }
}

void track::read_aperture(const char *path) {
    const std::string_view name = format_->iformat->name;
    if (name.starts_with("mov")) {
        aperture_ = mp4_aperture(
            path, stream_->id, stream_->codecpar->width, stream_->codecpar->height);
    } else if (name.starts_with("matroska")) {
        int place = 0;
        for (int index = 0; index < stream_->index; ++index) {
            place += is_picture_track(format_->streams[index]);
        }
        aperture_ = matroska_aperture(path, place);
    }
}

/// Takes what the container does not show off the frame.
void track::cut() {
    aperture_aspect_ = 1;
    const int width = frame_->width - aperture_.left - aperture_.right;
    const int height = frame_->height - aperture_.top - aperture_.bottom;
    if (!aperture_.cuts() || width < 1 || height < 1) return;
    if (aperture_.rescales) {
        aperture_aspect_ = static_cast<double>(frame_->width) * height / width / frame_->height;
    }
    if (frame_->data[0] == nullptr) {
        frame_->width = width, frame_->height = height;
        return;
    }
    frame_->crop_left = static_cast<size_t>(aperture_.left);
    frame_->crop_top = static_cast<size_t>(aperture_.top);
    frame_->crop_right = static_cast<size_t>(aperture_.right);
    frame_->crop_bottom = static_cast<size_t>(aperture_.bottom);
    if (const int code = av_frame_apply_cropping(frame_.get(), AV_FRAME_CROP_UNALIGNED); code < 0) {
        fail(code);
    }
}

bool track::next() {
    while (decoder_.next(frame_.get())) {
        if (frame_->width < 1 || frame_->height < 1 || frame_->data[0] == nullptr) continue;
        forget_unknown_colours(frame_.get());
        cut();
        describe();
        return true;
    }
    if (decoder_.undecoded() > 0) {
        said.add(
            "is damaged: " + std::to_string(decoder_.undecoded()) +
            " of its pieces could not be decoded, and their frames are missing.");
    }
    return false;
}

/// Notes what the frame decoded last says of the video.
void track::describe() {
    if (frame_->interlaced_frame) {
        said.add("is interlaced: each frame mixes the lines of two moments.");
    }
    const AVPixFmtDescriptor *pixels =
        av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame_->format));
    if (pixels != nullptr && pixels->comp[0].depth > 8) {
        said.add(
            "has " + std::to_string(pixels->comp[0].depth) +
            " bits a channel, which are rounded to 8.");
    }
    if (const AVFrameSideData *views = av_frame_get_side_data(frame_.get(), AV_FRAME_DATA_STEREO3D);
        views != nullptr && reinterpret_cast<AVStereo3D *>(views->data)->type != AV_STEREO3D_2D) {
        said.add(stereo);
    }
}

double track::pixel_aspect() {
    const AVRational ratio = av_guess_sample_aspect_ratio(format_.get(), stream_, frame_.get());
    if (ratio.num <= 0 || ratio.den <= 0) return 1;
    const double aspect = av_q2d(ratio) * aperture_aspect_;
    if (aspect >= 1 / most_aspect && aspect <= most_aspect) return aspect;
    said.add(
        "claims pixels " + std::to_string(ratio.num) + " wide and " + std::to_string(ratio.den) +
        " high, which is not believed: they are taken as square.");
    return 1;
}

turn track::display_turn() {
    const uint8_t *matrix = nullptr;
    if (const AVFrameSideData *data =
            av_frame_get_side_data(frame_.get(), AV_FRAME_DATA_DISPLAYMATRIX);
        data != nullptr && data->size >= 9 * sizeof(int32_t)) {
        matrix = data->data;
    } else {
        size_t size = 0;
        matrix = av_stream_get_side_data(stream_, AV_PKT_DATA_DISPLAYMATRIX, &size);
        if (size < 9 * sizeof(int32_t)) matrix = nullptr;
    }
    if (matrix == nullptr) return {};
    const turn result = turn_of(reinterpret_cast<const int32_t *>(matrix));
    if (result.rest > 1) {
        char text[160];
        std::snprintf(
            text, sizeof text,
            "asks to be shown aslant; frames are turned by right angles only, and stay %.0f "
            "degrees off.",
            result.rest);
        said.add(text);
    }
    return result;
}

double track::milliseconds() const {
    const int64_t stamp = frame_->best_effort_timestamp;
    return stamp == AV_NOPTS_VALUE ? std::nan("")
                                   : 1000 * static_cast<double>(stamp) * av_q2d(stream_->time_base);
}

double track::frame_rate() const {
    const AVRational rate = av_guess_frame_rate(format_.get(), stream_, nullptr);
    return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
}

double track::frame_count() const {
    if (stream_->nb_frames <= 0) return seconds() * frame_rate();
    if (!std::string_view(format_->iformat->name).starts_with("mov")) {
        return static_cast<double>(stream_->nb_frames);
    }
    // Less those that an edit list hides.
    double count = 0;
    for (int index = avformat_index_get_entries_count(stream_); index > 0; --index) {
        const AVIndexEntry *entry = avformat_index_get_entry(stream_, index - 1);
        count += entry != nullptr && !(entry->flags & AVINDEX_DISCARD_FRAME);
    }
    return count;
}

double track::seconds() const {
    double result = 0;
    if (stream_->duration > 0) {
        result = static_cast<double>(stream_->duration) * av_q2d(stream_->time_base);
    } else if (format_->nb_streams == 1 && format_->duration > 0) {
        // With sound it may be the sound's.
        result = static_cast<double>(format_->duration) / AV_TIME_BASE;
    }
    // The duration of a cut AVI is made to fit what is left of it; the number of frames is not.
    const double rate = frame_rate(), frames = static_cast<double>(stream_->nb_frames);
    return rate > 0 ? std::max(result, frames / rate) : result;
}

}  // namespace video

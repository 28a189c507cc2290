#include "sound.hpp"

#include <algorithm>
#include <cmath>

#include "container.hpp"
#include "file.hpp"

namespace video {
namespace {

constexpr const char *formats =
    "mov,matroska,avi,mpeg,mpegts,flv,ogg,asf,mp3,flac,aac,wav,aiff,au,amr";
constexpr int most_channels = 64, most_samples = 1 << 20;
constexpr int least_rate = 4000, most_rate = 384'000;
/// Limit of pictures met while the tracks are found, in pixels.
constexpr int64_t most_pixels = 64'000'000;
/// Clock and samples that lie closer together than this agree, in seconds.
constexpr double tolerance = 0.05;
/// Clocks that go back by more than this have started again, in seconds.
constexpr double longest_overlap = 1;
/// Silence that is believed beyond as much as there is sound, in seconds.
constexpr double longest_silence = 600;

}  // namespace

sound::sound(const char *path, int rate) : rate_(rate) {
    format_ = open_file(path, formats);
    find_tracks(format_.get(), most_pixels);
    choose();
    decoder_.open(format_.get(), stream_, "its sound is", [](AVCodecContext &context) {
        context.max_samples = most_samples;
        context.thread_count = 1;
    });
    frame_.reset(av_frame_alloc());
    if (!frame_) throw std::bad_alloc();
    is_cut_ = video::is_cut(path);
    if (format_->start_time != AV_NOPTS_VALUE) {
        origin_ = static_cast<double>(format_->start_time) / AV_TIME_BASE;
        has_origin_ = true;
    }
}

/// The track that players play: the one marked as the default, else the first.
void sound::choose() {
    int tracks = 0;
    for (unsigned index = 0; index < format_->nb_streams; ++index) {
        AVStream *stream = format_->streams[index];
        stream->discard = AVDISCARD_ALL;
        if (stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
        tracks += 1;
        const auto is_default = [](const AVStream *one) {
            return (one->disposition & AV_DISPOSITION_DEFAULT) != 0;
        };
        if (stream_ == nullptr || (is_default(stream) && !is_default(stream_))) stream_ = stream;
    }
    if (stream_ == nullptr) throw refusal("it has no sound track", VIDEO_NO_SOUND);
    stream_->discard = AVDISCARD_DEFAULT;
    if (tracks > 1) {
        said.add("holds " + std::to_string(tracks) + " sound tracks; the default one is read.");
    }
}

int sound::read(float *samples, int count) {
    int done = 0;
    while (done < count) {
        const auto wanted = static_cast<int64_t>(count - done);
        if (taken_ < samples_.size()) {
            const auto part = std::min(wanted, static_cast<int64_t>(samples_.size() - taken_));
            std::copy_n(samples_.begin() + static_cast<long>(taken_), part, samples + done);
            taken_ += static_cast<size_t>(part);
            done += static_cast<int>(part);
        } else if (silence_ > 0) {
            const auto part = std::min(wanted, silence_);
            std::fill_n(samples + done, part, 0.0F);
            silence_ -= part;
            done += static_cast<int>(part);
        } else if (holds_frame_) {
            convert(frame_.get());
            holds_frame_ = false;
        } else if (next_frame()) {
            place_frame();
            holds_frame_ = true;
        } else if (!is_at_end_) {
            is_at_end_ = true;
            convert(nullptr);
        } else {
            break;
        }
    }
    return done;
}

/// Decodes the next frame; false at the end.
bool sound::next_frame() {
    while (!is_at_end_ && decoder_.next(frame_.get())) {
        const int channels = frame_->ch_layout.nb_channels;
        if (frame_->nb_samples > 0 && channels > 0 && channels <= most_channels &&
            frame_->sample_rate >= least_rate && frame_->sample_rate <= most_rate &&
            frame_->extended_data != nullptr && frame_->extended_data[0] != nullptr) {
            return true;
        }
        decoder_.reject();
    }
    if (decoder_.undecoded() > 0) {
        said.add(
            "is damaged: " + std::to_string(decoder_.undecoded()) +
            " pieces of its sound could not be decoded, and are missing.");
    }
    return false;
}

/// Where the samples so far end, those in the resampler counted.
double sound::given_seconds() const {
    const int64_t inside = resampler_ ? swr_get_delay(resampler_.get(), rate_) : 0;
    return static_cast<double>(given_ + inside) / rate_;
}

/// Puts silence before the frame, or leaves its start out, where its time asks for it.
void sound::place_frame() {
    const int64_t stamp = frame_->best_effort_timestamp;
    if (stamp == AV_NOPTS_VALUE) return;
    const double time = static_cast<double>(stamp) * av_q2d(stream_->time_base);
    if (!has_origin_) {
        origin_ = time;
        has_origin_ = true;
    }
    const double gap = time - origin_ - given_seconds();
    if (std::abs(gap) <= tolerance) return;
    const double believed = longest_silence + static_cast<double>(given_ - 2 * silent_) / rate_;
    if (gap < -longest_overlap || gap > believed) {
        said.add("has a clock that jumps, which is not believed: its sound is joined there.");
        origin_ += gap;
    } else if (gap < 0) {
        excess_ = std::llround(-gap * rate_);
    } else {
        convert(nullptr);
        silence_ = std::llround(gap * rate_);
        given_ += silence_;
        silent_ += silence_;
    }
}

void sound::start_resampler() {
    AVChannelLayout layout{};
    channels_ = frame_->ch_layout.nb_channels;
    input_rate_ = frame_->sample_rate;
    input_format_ = frame_->format;
    // Nothing is mixed here: only how many channels there are matters.
    av_channel_layout_default(&layout, channels_);
    SwrContext *made = nullptr;
    const int code = swr_alloc_set_opts2(
        &made, &layout, AV_SAMPLE_FMT_FLTP, rate_, &layout,
        static_cast<AVSampleFormat>(input_format_), input_rate_, 0, nullptr);
    av_channel_layout_uninit(&layout);
    resampler_.reset(made);
    if (code < 0) fail(code);
    if (const int started = swr_init(resampler_.get()); started < 0) fail(started);
}

/// Adds a frame to the samples; null for what the resampler still holds, after which it starts anew.
void sound::convert(const AVFrame *frame) {
    if (taken_ == samples_.size()) {
        samples_.clear();
        taken_ = 0;
    }
    if (frame != nullptr &&
        (!resampler_ || channels_ != frame->ch_layout.nb_channels ||
         input_rate_ != frame->sample_rate || input_format_ != frame->format)) {
        convert(nullptr);
        start_resampler();
    }
    if (!resampler_) return;
    const int most = swr_get_out_samples(resampler_.get(), frame ? frame->nb_samples : 0);
    if (most < 0) fail(most);
    std::vector<std::vector<float>> planes(
        static_cast<size_t>(channels_), std::vector<float>(static_cast<size_t>(most)));
    std::vector<uint8_t *> pointers;
    for (auto &plane : planes) pointers.push_back(reinterpret_cast<uint8_t *>(plane.data()));
    const auto **input =
        frame ? const_cast<const uint8_t **>(frame->extended_data) : nullptr;
    const int made = most == 0 ? 0
                               : swr_convert(
                                     resampler_.get(), pointers.data(), most, input,
                                     frame ? frame->nb_samples : 0);
    if (made < 0) fail(made);
    const auto left_out = std::min<int64_t>(excess_, made);
    excess_ -= left_out;
    for (auto place = static_cast<size_t>(left_out); place < static_cast<size_t>(made); ++place) {
        float sum = 0;
        for (const auto &plane : planes) sum += plane[place];
        const float mean = sum / static_cast<float>(channels_);
        samples_.push_back(std::isfinite(mean) ? mean : 0);
    }
    given_ += made - left_out;
    if (frame == nullptr) resampler_.reset();
}

double sound::seconds() const {
    if (stream_->duration > 0) {
        return static_cast<double>(stream_->duration) * av_q2d(stream_->time_base);
    }
    return format_->duration > 0 ? static_cast<double>(format_->duration) / AV_TIME_BASE : 0;
}

}  // namespace video

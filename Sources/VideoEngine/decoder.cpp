#include "decoder.hpp"

#include <utility>

#include "file.hpp"

namespace video {
namespace {

/// Pieces that cannot be decoded, after which the rest is given up.
constexpr long most_undecoded = 100'000;

}  // namespace

void decoder::open(
    AVFormatContext *format, AVStream *stream, std::string what,
    const std::function<void(AVCodecContext &)> &prepare) {
    format_ = format;
    stream_ = stream;
    what_ = std::move(what);
    const AVCodecParameters *parameters = stream->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    if (codec == nullptr) {
        throw refusal(what_ + " coded as " + code_name(parameters) + ", which is not decoded");
    }
    context_.reset(avcodec_alloc_context3(codec));
    packet_.reset(av_packet_alloc());
    if (!context_ || !packet_) throw std::bad_alloc();
    if (const int code = avcodec_parameters_to_context(context_.get(), parameters); code < 0) {
        fail(code);
    }
    context_->pkt_timebase = stream->time_base;
    prepare(*context_);
    if (avcodec_open2(context_.get(), codec, nullptr) < 0) {
        // Raw frames whose pixels the file does not name, for instance.
        throw refusal(
            what_ + " coded as " + avcodec_get_name(parameters->codec_id) +
            ", with properties that the decoder does not take");
    }
}

bool decoder::next(AVFrame *frame) {
    while (undecoded_ <= most_undecoded) {
        const int code = avcodec_receive_frame(context_.get(), frame);
        if (code == 0) return true;
        if (code == AVERROR_EOF || (code == AVERROR(EAGAIN) && is_drained_)) return false;
        if (code == AVERROR(EAGAIN)) {
            feed();
        } else {
            undecoded_ += 1;
        }
    }
    return false;
}

/// Gives the decoder the next packet of the track, or tells it that there is none.
void decoder::feed() {
    for (bool is_fed = false; !is_fed; av_packet_unref(packet_.get())) {
        if (av_read_frame(format_, packet_.get()) < 0) {
            is_drained_ = is_fed = true;
            avcodec_send_packet(context_.get(), nullptr);
        } else if (packet_->stream_index == stream_->index) {
            is_fed = true;
            size_t size = 0;
            if (av_packet_get_side_data(packet_.get(), AV_PKT_DATA_ENCRYPTION_INFO, &size)) {
                throw refusal(what_ + " encrypted (DRM)");
            }
            if (avcodec_send_packet(context_.get(), packet_.get()) < 0) undecoded_ += 1;
        }
    }
}

}  // namespace video

// FFmpeg's headers, and what owns its objects.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/cpu.h>
#include <libavutil/dovi_meta.h>
#include <libavutil/imgutils.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
#include <libavutil/stereo3d.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cvision.h"

namespace video {

/// A file that is not read: why, and as which result of `video_functions.open` or
/// `sound_functions.open`.
struct refusal : std::runtime_error {
    explicit refusal(const std::string &what, vision_status status = VIDEO_UNSUPPORTED)
        : std::runtime_error(what), status(status) {}
    vision_status status;
};

template <auto function>
struct closer {
    template <typename T>
    void operator()(T *object) const {
        function(&object);
    }
};
struct format_closer {
    void operator()(AVFormatContext *format) const {
        AVIOContext *file = format->pb;
        avformat_close_input(&format);
        avio_closep(&file);
    }
};
struct scaler_closer {
    void operator()(SwsContext *scaler) const { sws_freeContext(scaler); }
};

using format_owner = std::unique_ptr<AVFormatContext, format_closer>;
using decoder_owner = std::unique_ptr<AVCodecContext, closer<avcodec_free_context>>;
using packet_owner = std::unique_ptr<AVPacket, closer<av_packet_free>>;
using frame_owner = std::unique_ptr<AVFrame, closer<av_frame_free>>;
using resampler_owner = std::unique_ptr<SwrContext, closer<swr_free>>;
using scaler_owner = std::unique_ptr<SwsContext, scaler_closer>;

/// Sentences for the user, each once.
class notes {
public:
    void add(const std::string &sentence) {
        if (text_.find(sentence) == std::string::npos) text_ += sentence + "\n";
    }
    const std::string &text() const { return text_; }

private:
    std::string text_;
};

}  // namespace video

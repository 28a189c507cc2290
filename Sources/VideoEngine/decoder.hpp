// The decoder of one track of a media file, fed with the file's packets.
#pragma once

#include <functional>

#include "ffmpeg.hpp"

namespace video {

class decoder {
public:
    /// Opens the track's decoder.
    ///
    /// - what: the track, in the words of a refusal: "its sound is".
    /// - prepare: sets limits before it is opened.
    ///
    /// Throws `refusal`, or std::runtime_error for what is damaged.
    void open(
        AVFormatContext *format, AVStream *stream, std::string what,
        const std::function<void(AVCodecContext &)> &prepare);

    /// Decodes the next frame; false at the end, and where too much of the file is damaged.
    bool next(AVFrame *frame);

    /// Counts a frame that cannot be used among the pieces that are missing.
    void reject() { undecoded_ += 1; }
    /// Pieces that could not be decoded.
    long undecoded() const { return undecoded_; }

private:
    void feed();

    AVFormatContext *format_ = nullptr;
    AVStream *stream_ = nullptr;
    std::string what_;
    decoder_owner context_;
    packet_owner packet_;
    bool is_drained_ = false;
    long undecoded_ = 0;
};

}  // namespace video

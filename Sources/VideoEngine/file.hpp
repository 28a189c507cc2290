// Opening a media file, and nothing that it names.
#pragma once

#include "ffmpeg.hpp"

namespace video {

/// Throws std::runtime_error with FFmpeg's words for a failure.
[[noreturn]] void fail(int code);

/// Opens a file by its content.
///
/// - formats: the demuxers that may read it, between commas; those that read one file and nothing
///   that it names.
format_owner open_file(const char *path, const char *formats);

/// Reads on until the tracks are known. Decoders may be used for it, within the limit.
void find_tracks(AVFormatContext *format, int64_t most_pixels);

/// How a track is coded, in a word.
std::string code_name(const AVCodecParameters *parameters);

}  // namespace video

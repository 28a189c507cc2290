// What FFmpeg's demuxers leave out of a container: the part of the frames that is shown, and
// whether the file is whole.
#pragma once

#include <cstdint>
#include <optional>

#include "ffmpeg.hpp"

namespace video {

/// Pixels of the coded frame that are cut away.
struct aperture {
    int left = 0, top = 0, right = 0, bottom = 0;
    /// The pixels' aspect that FFmpeg gives is that of the whole frame in the size of the part.
    bool rescales = false;

    bool cuts() const { return left != 0 || top != 0 || right != 0 || bottom != 0; }
};

/// The clean aperture (`clap`) of an MP4 or MOV track with this number, coded as `width` x
/// `height`.
aperture mp4_aperture(const char *path, int64_t track, int width, int height);

/// The cropping of the video track of a Matroska or WebM file with this place among the video
/// tracks.
aperture matroska_aperture(const char *path, int place);

/// Whether a part of an MP4, Matroska or AVI file says that it goes on behind the end of the file.
bool is_cut(const char *path);

}  // namespace video

#include "picture.hpp"

#include <cstring>

#include "vision_guard.hpp"

namespace video {
namespace {

const AVPixFmtDescriptor *description(const AVFrame *frame) {
    return av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame->format));
}

/// One channel besides alpha, a whole number of bytes for each pixel.
bool is_grey(const AVPixFmtDescriptor *pixels) {
    constexpr uint64_t others =
        AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_FLOAT |
        AV_PIX_FMT_FLAG_BAYER;
    const int channels = pixels->nb_components - (pixels->flags & AV_PIX_FMT_FLAG_ALPHA ? 1 : 0);
    return channels == 1 && !(pixels->flags & others);
}

bool is_rgb(const AVPixFmtDescriptor *pixels) {
    return pixels->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
}

/// The scaler's options: quick where libswscale has a converter of its own for the unscaled frame,
/// which leaves colours 0.6 levels darker; elsewhere its quick way loses 0.9 and saves little.
int scaling_options(const AVFrame *frame, AVPixelFormat format, int width, int height) {
    const bool is_unscaled = width == frame->width && height == frame->height;
    switch (frame->format) {
        case AV_PIX_FMT_YUV420P:
        case AV_PIX_FMT_YUVJ420P:
        case AV_PIX_FMT_YUVA420P:
        case AV_PIX_FMT_YUV422P:
        case AV_PIX_FMT_YUVJ422P:
            if (is_unscaled && format == AV_PIX_FMT_RGB24) return SWS_BICUBIC;
            break;
        default: break;
    }
    return SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT;
}

/// Levels from 0 to 255; without a word of the file video has 16 to 235.
bool is_full_range(const AVFrame *frame) {
    switch (frame->format) {
        case AV_PIX_FMT_YUVJ420P:
        case AV_PIX_FMT_YUVJ411P:
        case AV_PIX_FMT_YUVJ422P:
        case AV_PIX_FMT_YUVJ440P:
        case AV_PIX_FMT_YUVJ444P: return true;
        default: return frame->color_range == AVCOL_RANGE_JPEG;
    }
}

uint8_t from_limited(int level) {
    return static_cast<uint8_t>(std::clamp(((level - 16) * 255 * 2 + 219) / (2 * 219), 0, 255));
}

/// Every byte from levels of 16 to 235 to those of 0 to 255.
void stretch(uint8_t *bytes, size_t count) {
    uint8_t table[256];
    for (int level = 0; level < 256; ++level) table[level] = from_limited(level);
    for (size_t index = 0; index < count; ++index) bytes[index] = table[bytes[index]];
}

/// The number is read as such: as a value of its type it may be none.
template <typename Kind>
void keep_known(Kind &field, Kind count, Kind unknown) {
    int number;
    static_assert(sizeof number == sizeof field);
    std::memcpy(&number, &field, sizeof number);
    if (number < 0 || number >= static_cast<int>(count)) field = unknown;
}

}  // namespace

void forget_unknown_colours(AVFrame *frame) {
    keep_known(frame->colorspace, AVCOL_SPC_NB, AVCOL_SPC_UNSPECIFIED);
    keep_known(frame->color_trc, AVCOL_TRC_NB, AVCOL_TRC_UNSPECIFIED);
    keep_known(frame->color_range, AVCOL_RANGE_NB, AVCOL_RANGE_UNSPECIFIED);
}

shape shape_of(const AVFrame *frame, double pixel_aspect, const turn &turn) {
    const double width = std::clamp(std::round(frame->width * pixel_aspect), 1.0, 1e8);
    return {frame->width > 0 ? static_cast<int>(width) : 0, frame->height, turn};
}

void check_colours(const AVFrame *frame, notes &said) {
    const AVPixFmtDescriptor *pixels = description(frame);
    if (pixels == nullptr || !sws_isSupportedInput(static_cast<AVPixelFormat>(frame->format))) {
        const char *name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame->format));
        throw refusal(std::string("its pixels are of the form ") + (name ? name : "unknown"));
    }
    if (is_grey(pixels)) return;
    switch (frame->colorspace) {
        case AVCOL_SPC_YCGCO:
        case AVCOL_SPC_BT2020_CL:
        case AVCOL_SPC_SMPTE2085:
        case AVCOL_SPC_CHROMA_DERIVED_NCL:
        case AVCOL_SPC_CHROMA_DERIVED_CL:
        case AVCOL_SPC_ICTCP:
            if (is_rgb(pixels)) break;
            throw refusal(
                std::string("its colours are in ") + av_color_space_name(frame->colorspace));
        case AVCOL_SPC_RGB:
            if (is_rgb(pixels)) break;
            throw refusal("its pixels say both RGB and YCbCr");
        default: break;
    }
    switch (frame->color_trc) {
        case AVCOL_TRC_LINEAR:
        case AVCOL_TRC_LOG:
        case AVCOL_TRC_LOG_SQRT:
        case AVCOL_TRC_SMPTE428:
            throw refusal(
                std::string("its brightness is coded as ") +
                av_color_transfer_name(frame->color_trc));
        case AVCOL_TRC_SMPTE2084:
        case AVCOL_TRC_ARIB_STD_B67:
            said.add(
                std::string("is HDR (") +
                (frame->color_trc == AVCOL_TRC_ARIB_STD_B67 ? "HLG" : "PQ") +
                "), tone mapped to standard range: highlights lose contrast and saturated colours "
                "change.");
            break;
        default: break;
    }
}

const uint8_t *picture_maker::scaled(
    const AVFrame *frame, AVPixelFormat format, int width, int height, int *stride) {
    const int colours =
        frame->colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : frame->colorspace;
    const int range = is_full_range(frame) ? 1 : 0;
    const key wanted{frame->width, frame->height, frame->format, colours, range,
                     width,        height,        format};
    if (!scaler_ || wanted != key_) {
        scaler_.reset(sws_getContext(
            frame->width, frame->height, static_cast<AVPixelFormat>(frame->format), width, height,
            format, scaling_options(frame, format, width, height), nullptr, nullptr, nullptr));
        if (!scaler_) throw std::runtime_error("its frames cannot be converted");
        const AVPixFmtDescriptor *from = description(frame);
        if (!is_rgb(from) && !is_grey(from)) {
            sws_setColorspaceDetails(
                scaler_.get(), sws_getCoefficients(colours), range,
                sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
        }
        key_ = wanted;
    }
    // Rows end where vectors do: the scaler writes whole ones.
    const int bytes = av_image_get_linesize(format, width, 0);
    *stride = (bytes + 63) / 64 * 64;
    buffer_.resize(static_cast<size_t>(*stride) * static_cast<size_t>(height) + 64);
    uint8_t *rows[4] = {buffer_.data()};
    const int strides[4] = {*stride};
    if (sws_scale(scaler_.get(), frame->data, frame->linesize, 0, frame->height, rows, strides) <
        0) {
        throw std::runtime_error("a frame could not be converted");
    }
    return buffer_.data();
}

/// The grey levels of a frame that has nothing else, with 8 bits from 0 to 255.
const uint8_t *picture_maker::grey(const AVFrame *frame, int *stride) {
    const AVPixFmtDescriptor *pixels = description(frame);
    const AVComponentDescriptor &channel = pixels->comp[0];
    const bool is_big = pixels->flags & AV_PIX_FMT_FLAG_BE;
    const bool is_limited = frame->color_range == AVCOL_RANGE_MPEG;
    // Of more than 8 bits: limited levels are 16 to 235 times a power of two.
    const int most = is_limited ? 1 << (channel.depth - 1) : (1 << channel.depth) - 1;
    const int scale = is_limited ? 128 : 255, half = most / 2;
    *stride = frame->width;
    grey_.resize(static_cast<size_t>(frame->width) * static_cast<size_t>(frame->height));
    uint8_t *out = grey_.data();
    for (int y = 0; y < frame->height; ++y) {
        const uint8_t *from = frame->data[channel.plane] +
                              static_cast<ptrdiff_t>(y) * frame->linesize[channel.plane] +
                              channel.offset;
        for (int x = 0; x < frame->width; ++x, from += channel.step) {
            if (channel.depth <= 8) {
                *out++ = static_cast<uint8_t>(*from >> channel.shift);
            } else {
                const int level = (is_big ? AV_RB16(from) : AV_RL16(from)) >> channel.shift;
                *out++ = static_cast<uint8_t>(std::min((level * scale + half) / most, 255));
            }
        }
    }
    // Without a word grey levels are those of pictures, from 0 to 255.
    if (is_limited) {
        stretch(grey_.data(), grey_.size());
    }
    return grey_.data();
}

vision_image picture_maker::make(const AVFrame *frame, const shape &shape) {
    const AVPixFmtDescriptor *pixels = description(frame);
    if (pixels == nullptr) throw std::runtime_error("its pixels are of no known form");
    int stride = 0;
    if (is_grey(pixels)) {
        const uint8_t *from = grey(frame, &stride);
        frame_owner plane(av_frame_alloc());
        if (!plane) throw std::bad_alloc();
        if (shape.width != frame->width) {
            plane->width = frame->width, plane->height = frame->height;
            plane->format = AV_PIX_FMT_GRAY8;
            plane->data[0] = grey_.data(), plane->linesize[0] = stride;
            from = scaled(plane.get(), AV_PIX_FMT_GRAY8, shape.width, shape.height, &stride);
        }
        vision::image_owner result(shape.shown_width(), shape.shown_height(), 1);
        write_turned<1>(result.row(0), from, stride, shape.width, shape.height, shape.turn);
        return result.release();
    }
    const uint8_t *from = nullptr;
    if (tone_map::is_needed(frame->color_trc)) {
        from = scaled(frame, AV_PIX_FMT_RGB48, shape.width, shape.height, &stride);
        toned_.resize(static_cast<size_t>(shape.width) * static_cast<size_t>(shape.height) * 3);
        tones_.apply(toned_.data(), from, stride, shape.width, shape.height, frame->color_trc);
        from = toned_.data();
        stride = shape.width * 3;
    } else {
        // RGB has levels of 0 to 255 whatever its range says: encoders leave the mark of video on it.
        from = scaled(frame, AV_PIX_FMT_RGB24, shape.width, shape.height, &stride);
    }
    vision::image_owner result(shape.shown_width(), shape.shown_height(), 3);
    write_turned<3>(result.row(0), from, stride, shape.width, shape.height, shape.turn);
    return result.release();
}

}  // namespace video

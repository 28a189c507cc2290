// High dynamic range to standard range.
#pragma once

#include <cstdint>
#include <vector>

#include "ffmpeg.hpp"

namespace video {

/// Maps RGB of BT.2020 in PQ or HLG (BT.2100, at 1,000 cd/m2) to RGB of BT.709.
///
/// Reference white, 203 cd/m2 (BT.2408), stays white for what is darker than 0.3 of it; what is
/// brighter is bent, so that 1,000 cd/m2 fits (the curve "mobius" of FFmpeg's tonemap).
class tone_map {
public:
    static bool is_needed(AVColorTransferCharacteristic transfer) {
        return transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67;
    }

    /// `from` has 16 bits a channel, in rows of `stride` bytes; `out` 8, without padding.
    void apply(
        uint8_t *out, const uint8_t *from, int stride, int width, int height,
        AVColorTransferCharacteristic transfer);

private:
    void prepare(AVColorTransferCharacteristic transfer);

    AVColorTransferCharacteristic transfer_ = AVCOL_TRC_UNSPECIFIED;
    /// Coded value to linear light, and linear light of 0 to 1 to levels for a display.
    std::vector<float> linear_;
    std::vector<uint8_t> level_;
};

}  // namespace video

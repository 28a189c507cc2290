#include "tone.hpp"

#include <algorithm>
#include <cmath>

namespace video {
namespace {

constexpr double peak_light = 1000, white_light = 203;
constexpr float peak = static_cast<float>(peak_light / white_light), knee = 0.3f;

/// BT.2100, table 4: coded value to cd/m2.
double pq_light(double value) {
    constexpr double m1 = 2610.0 / 16384, m2 = 2523.0 / 32, c1 = 3424.0 / 4096, c2 = 2413.0 / 128,
                     c3 = 2392.0 / 128;
    const double power = std::pow(value, 1 / m2);
    return 10000 * std::pow(std::max(power - c1, 0.0) / (c2 - c3 * power), 1 / m1);
}

/// BT.2100, table 5: coded value to light of the scene, 0 to 1.
double hlg_scene(double value) {
    constexpr double a = 0.17883277, b = 0.28466892, c = 0.55991073;
    return value <= 0.5 ? value * value / 3 : (std::exp((value - c) / a) + b) / 12;
}

/// Straight below the knee, bent above so that the peak comes to 1.
float bent(float light) {
    constexpr float a = -knee * knee * (peak - 1) / (knee * knee - 2 * knee + peak);
    constexpr float b = (knee * knee - 2 * knee * peak + peak) / (peak - 1);
    constexpr float scale = (b * b + 2 * b * knee + knee * knee) / (b - a);
    return light <= knee ? light : scale * (light + a) / (light + b);
}

}  // namespace

void tone_map::prepare(AVColorTransferCharacteristic transfer) {
    if (transfer_ == transfer) return;
    transfer_ = transfer;
    linear_.resize(1 << 16);
    level_.resize(1 << 16);
    for (int index = 0; index < 1 << 16; ++index) {
        const double value = index / 65535.0;
        linear_[index] = static_cast<float>(
            transfer == AVCOL_TRC_SMPTE2084 ? pq_light(value) / white_light : hlg_scene(value));
        // The display of BT.1886.
        level_[index] = static_cast<uint8_t>(std::lround(255 * std::pow(value, 1 / 2.4)));
    }
}

void tone_map::apply(
    uint8_t *out, const uint8_t *from, int stride, int width, int height,
    AVColorTransferCharacteristic transfer) {
    prepare(transfer);
    const auto level = [this](float light) {
        return level_[static_cast<size_t>(std::clamp(light, 0.0f, 1.0f) * 65535 + 0.5f)];
    };
    for (int y = 0; y < height; ++y) {
        const auto *row =
            reinterpret_cast<const uint16_t *>(from + static_cast<ptrdiff_t>(y) * stride);
        for (int x = 0; x < width; ++x, row += 3, out += 3) {
            float red = linear_[row[0]], green = linear_[row[1]], blue = linear_[row[2]];
            if (transfer == AVCOL_TRC_ARIB_STD_B67) {
                // The display's gamma of 1.2 over the scene's light.
                const float light = 0.2627f * red + 0.6780f * green + 0.0593f * blue;
                const float gain = peak * std::pow(light, 0.2f);
                red *= gain, green *= gain, blue *= gain;
            }
            const float most = std::max({red, green, blue, 1e-6f});
            const float factor = bent(std::min(most, peak)) / most;
            red *= factor, green *= factor, blue *= factor;
            // BT.2020's primaries to BT.709's (BT.2087).
            out[0] = level(1.6605f * red - 0.5876f * green - 0.0728f * blue);
            out[1] = level(-0.1246f * red + 1.1329f * green - 0.0083f * blue);
            out[2] = level(-0.0182f * red - 0.1006f * green + 1.1187f * blue);
        }
    }
}

}  // namespace video

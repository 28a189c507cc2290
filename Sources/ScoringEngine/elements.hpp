// The elements of tensors and how numbers become them.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace scoring {

/// How numbers become elements: as they are, or for uint8 as number / scale + zero_point, rounded.
struct Quantization {
    float scale = 1;
    int32_t zero_point = 0;
};

/// The upper half of a float32.
struct BFloat16 {
    uint16_t bits;
};

/// IEEE 754 binary16.
struct Float16 {
    uint16_t bits;
};

inline float number(float element) { return element; }

inline float number(Float16 element) {
    const uint32_t magnitude = (element.bits & 0x7fffu) << 13;
    // The exponent's bias is 15 here and 127 there; this holds for subnormal numbers too.
    float value = std::bit_cast<float>(magnitude) * 0x1p112f;
    // Infinity and what is no number.
    if (magnitude >= 0x0f80'0000u) value = std::bit_cast<float>(magnitude | 0x7f80'0000u);
    return std::bit_cast<float>(
        std::bit_cast<uint32_t>(value) | static_cast<uint32_t>(element.bits & 0x8000u) << 16);
}

template <typename Element>
Element element(float value, Quantization quantization);

template <>
inline float element(float value, Quantization) {
    return value;
}

/// To the nearest, ties to even. Of numbers.
template <>
inline BFloat16 element(float value, Quantization) {
    const auto bits = std::bit_cast<uint32_t>(value);
    return {static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1)) >> 16)};
}

template <>
inline uint8_t element(float value, Quantization quantization) {
    const float level =
        std::nearbyint(value / quantization.scale) + static_cast<float>(quantization.zero_point);
    return static_cast<uint8_t>(std::clamp(level, 0.0f, 255.0f));
}

}  // namespace scoring

// Loops over rows of channels for batch normalisation, compiled for vectors of 512 bits, of 256, and
// for any processor.
#pragma once

#include <cstdint>

namespace ct {

// -- Elements -------------------------------------------------------------------------------------

// bfloat16 is the upper half of a float32; written out so that compilers make vectors of it.
struct BFloat16 {
    uint16_t bits;
};

inline __attribute__((always_inline)) float load(float value) { return value; }
inline __attribute__((always_inline)) float load(BFloat16 value) {
    return __builtin_bit_cast(float, static_cast<uint32_t>(value.bits) << 16);
}
inline __attribute__((always_inline)) void store(float &place, float value) { place = value; }
/// Rounds to nearest, ties to even.
inline __attribute__((always_inline)) void store(BFloat16 &place, float value) {
    const uint32_t bits = __builtin_bit_cast(uint32_t, value);
    const uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    place.bits = static_cast<uint16_t>(value == value ? rounded : 0x7FC0);
}

// -- Kernels over rows of C channels --------------------------------------------------------------

/// For `rows` of `x`: sums[c] += x, squares[c] += x * x.
template <typename T>
inline __attribute__((always_inline)) void add_moments(
    const T *x, int64_t rows, int64_t channels, float *sums, float *squares) {
    for (int64_t row = 0; row < rows; ++row, x += channels) {
        for (int64_t c = 0; c < channels; ++c) {
            const float value = load(x[c]);
            sums[c] += value;
            squares[c] += value * value;
        }
    }
}

/// y = x * scale + shift (+ addend), and max(0, that) where asked for.
template <typename T, bool adds, bool rectifies>
inline __attribute__((always_inline)) void scale_rows(
    const T *x, const T *addend, T *y, int64_t rows, int64_t channels, const float *scale,
    const float *shift) {
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t c = 0; c < channels; ++c) {
            const int64_t i = row * channels + c;
            float value = load(x[i]) * scale[c] + shift[c];
            if (adds) value += load(addend[i]);
            // A value that is not a number stays one.
            if (rectifies) value = value < 0 ? 0 : value;
            store(y[i], value);
        }
    }
}

/// The gradient g where y > 0 (all of it without the ReLU), kept in `masked` where asked for:
/// sums[c] += g, products[c] += g * (x - mean).
template <typename G, typename T, bool rectifies, bool keeps>
inline __attribute__((always_inline)) void add_gradient_moments(
    const G *gradient, const T *x, const T *y, T *masked, int64_t rows, int64_t channels,
    const float *mean, float *sums, float *products) {
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t c = 0; c < channels; ++c) {
            const int64_t i = row * channels + c;
            float value = load(gradient[i]);
            if (rectifies) value = load(y[i]) > 0 ? value : 0;
            if (keeps) store(masked[i], value);
            sums[c] += value;
            products[c] += value * (load(x[i]) - mean[c]);
        }
    }
}

/// result = g * scale + x * slope + shift, g masked as above.
template <typename G, typename T, bool rectifies>
inline __attribute__((always_inline)) void input_gradient(
    const G *gradient, const T *x, const T *y, T *result, int64_t rows, int64_t channels,
    const float *scale, const float *slope, const float *shift) {
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t c = 0; c < channels; ++c) {
            const int64_t i = row * channels + c;
            float value = load(gradient[i]);
            if (rectifies) value = load(y[i]) > 0 ? value : 0;
            store(result[i], value * scale[c] + load(x[i]) * slope[c] + shift[c]);
        }
    }
}

enum class Vectors { plain, avx2, avx512 };

/// The widest that this processor has.
inline Vectors vectors() {
#if defined(__x86_64__)
    static const Vectors answer = [] {
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
            return Vectors::avx512;
        }
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? Vectors::avx2
                                                                               : Vectors::plain;
    }();
    return answer;
#else
    return Vectors::plain;
#endif
}

#if defined(__x86_64__)
#define FOR_VECTORS(names) __attribute__((target(names)))
#else
#define FOR_VECTORS(names)
#endif

/// Runs a kernel as compiled for the widest vectors that this processor has.
template <typename Kernel>
FOR_VECTORS("avx512f,avx512bw,avx512vl,avx512dq,fma")
__attribute__((noinline)) void run_avx512(const Kernel &kernel) {
    kernel();
}
template <typename Kernel>
FOR_VECTORS("avx2,fma")
__attribute__((noinline)) void run_avx2(const Kernel &kernel) {
    kernel();
}
template <typename Kernel>
__attribute__((noinline)) void run_plain(const Kernel &kernel) {
    kernel();
}
template <typename Kernel>
void run(const Kernel &kernel) {
    switch (vectors()) {
        case Vectors::avx512: return run_avx512(kernel);
        case Vectors::avx2: return run_avx2(kernel);
        case Vectors::plain: return run_plain(kernel);
    }
}
#define KERNEL [&]() __attribute__((always_inline))

}  // namespace ct

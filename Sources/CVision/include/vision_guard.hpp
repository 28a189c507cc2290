// What the C++ behind cvision.h shares: the guard that keeps exceptions inside, and images.
#pragma once

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "cvision.h"

namespace vision {

inline std::string &last_error() {
    thread_local std::string message;
    return message;
}

/// An image, but of a kind that is not read; the message says which and begins with "is".
class unsupported : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <typename Body>
vision_status guarded(Body &&body) noexcept {
    try {
        body();
        return VISION_OK;
    } catch (const unsupported &kind) {
        last_error() = kind.what();
        return VISION_UNSUPPORTED;
    } catch (const std::bad_alloc &) {
        last_error() = "there is not enough memory";
    } catch (const std::exception &error) {
        last_error() = error.what();
    } catch (...) {
        last_error() = "unknown C++ exception";
    }
    return VISION_ERROR;
}

inline void check_shape(int width, int height, int channels) {
    if (channels != 1 && channels != 3) {
        throw std::invalid_argument("expected 1 or 3 channels, got " + std::to_string(channels));
    }
    if (width < 1 || height < 1) {
        throw std::invalid_argument(
            "expected at least 1 x 1 pixels, got " + std::to_string(width) + " x " +
            std::to_string(height));
    }
}

/// An image that is freed with its scope, unless it is handed out.
class image_owner {
public:
    image_owner() = default;
    image_owner(int width, int height, int channels) {
        check_shape(width, height, channels);
        const size_t size = static_cast<size_t>(width) * static_cast<size_t>(height) *
                            static_cast<size_t>(channels);
        value_ = {width, height, channels, static_cast<uint8_t *>(std::malloc(size))};
        if (value_.pixels == nullptr) throw std::bad_alloc();
        vision_ask_for_large_pages(value_.pixels, size);
    }
    image_owner(image_owner &&other) noexcept : value_(other.release()) {}
    image_owner &operator=(image_owner &&other) noexcept {
        if (this != &other) {
            std::free(value_.pixels);
            value_ = other.release();
        }
        return *this;
    }
    ~image_owner() { std::free(value_.pixels); }

    const vision_image *operator->() const { return &value_; }
    size_t stride() const {
        return static_cast<size_t>(value_.width) * static_cast<size_t>(value_.channels);
    }
    uint8_t *row(int y) const { return value_.pixels + static_cast<size_t>(y) * stride(); }

    vision_image release() {
        const vision_image result = value_;
        value_ = {};
        return result;
    }

private:
    vision_image value_{};
};

}  // namespace vision

// No exception leaves the library.
#pragma once

#include <exception>
#include <string>

#include "cscoring.h"

namespace scoring {

/// What the last failure on this thread was.
std::string &last_error();

template <typename Body>
cs_status guarded(Body &&body) noexcept {
    try {
        body();
        return CS_OK;
    } catch (const std::exception &error) {
        last_error() = error.what();
    } catch (...) {
        last_error() = "unknown C++ exception";
    }
    return CS_ERROR;
}

}  // namespace scoring

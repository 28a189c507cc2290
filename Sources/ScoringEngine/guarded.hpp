// No exception leaves the library, and nothing computes while the process ends.
#pragma once

#include <exception>
#include <shared_mutex>
#include <string>

#include "cscoring.h"

namespace scoring {

/// What the last failure on this thread was.
std::string &last_error();

/// Shared by all that computes. When the process ends it is taken for good: what still runs is
/// waited for, and what would begin waits, as oneDNN's own statics are destroyed meanwhile.
std::shared_mutex &gate();

template <typename Body>
cs_status guarded(Body &&body) noexcept {
    const std::shared_lock lock(gate());
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

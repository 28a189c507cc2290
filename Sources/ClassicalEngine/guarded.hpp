// What the files of this engine share: the guard that keeps exceptions inside, and checks of rows.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <new>
#include <span>
#include <stdexcept>
#include <string>

#include "cclassical.h"

namespace classical {

inline std::string &last_error() {
    thread_local std::string message;
    return message;
}

template <typename Body>
classical_status guarded(Body &&body) noexcept {
    try {
        body();
        return CLASSICAL_OK;
    } catch (const std::bad_alloc &) {
        last_error() = "there is not enough memory";
    } catch (const std::exception &error) {
        last_error() = error.what();
    } catch (...) {
        last_error() = "unknown C++ exception";
    }
    return CLASSICAL_ERROR;
}

inline void check(const classical_rows &rows) {
    if (rows.count < 2 || rows.columns < 1) {
        throw std::invalid_argument(
            "expected at least 2 rows of 1 column, got " + std::to_string(rows.count) + " of " +
            std::to_string(rows.columns));
    }
    const std::span labels(rows.labels, static_cast<size_t>(rows.count));
    if (std::ranges::count(labels, labels[0]) == rows.count) {
        throw std::invalid_argument("all rows are of one class");
    }
}

inline std::span<const float> row(const classical_rows &rows, int index) {
    const auto columns = static_cast<size_t>(rows.columns);
    return {rows.values + static_cast<size_t>(index) * columns, columns};
}

/// Elements for a caller who frees them.
template <typename Element>
Element *allocated(size_t count) {
    auto *block = static_cast<Element *>(std::malloc(std::max<size_t>(count, 1) * sizeof(Element)));
    if (block == nullptr) throw std::bad_alloc();
    return block;
}

}  // namespace classical

#include "scoring_engine.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <cstdlib>

#include "guarded.hpp"

std::shared_mutex &scoring::gate() {
    static auto &gate = []() -> std::shared_mutex & {
        // Makes oneDNN's statics, which are then destroyed after this is called.
        dnnl::get_primitive_cache_capacity();
        std::atexit([] { scoring::gate().lock(); });
        return *new std::shared_mutex;
    }();
    return gate;
}

std::string &scoring::last_error() {
    thread_local std::string message;
    return message;
}

const char *cs_last_error(void) { return scoring::last_error().c_str(); }

#define CS_ENTRY(name) .name = cs_##name,
const cs_functions cs_functions_table = {CS_FUNCTIONS(CS_ENTRY)};

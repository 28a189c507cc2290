#include "scoring_engine.h"

#include "guarded.hpp"

std::string &scoring::last_error() {
    thread_local std::string message;
    return message;
}

const char *cs_last_error(void) { return scoring::last_error().c_str(); }

#define CS_ENTRY(name) .name = cs_##name,
const cs_functions cs_functions_table = {CS_FUNCTIONS(CS_ENTRY)};

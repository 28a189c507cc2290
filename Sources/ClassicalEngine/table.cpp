#include "classical_engine.h"

#include "guarded.hpp"

const char *classical_last_error(void) { return classical::last_error().c_str(); }

#define CLASSICAL_ENTRY(name) .name = classical_##name,
const classical_functions classical_functions_table = {CLASSICAL_FUNCTIONS(CLASSICAL_ENTRY)};

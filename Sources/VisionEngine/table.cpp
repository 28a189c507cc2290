#include "vision_engine.h"

#include "vision_guard.hpp"

const char *vision_last_error(void) { return vision::last_error().c_str(); }

#define VISION_ENTRY(name) .name = vision_##name,
const vision_functions vision_functions_table = {VISION_FUNCTIONS(VISION_ENTRY)};

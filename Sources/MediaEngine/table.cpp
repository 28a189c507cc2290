#include "media_engine.h"

#include "vision_guard.hpp"

const char *media_last_error(void) { return vision::last_error().c_str(); }

#define MEDIA_ENTRY(name) .name = media_##name,
const media_functions media_functions_table = {MEDIA_FUNCTIONS(MEDIA_ENTRY)};

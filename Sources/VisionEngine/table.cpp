#include "vision_engine.h"

#include "cvision.h"

#define VISION_ENTRY(name) .name = vision_##name,
const vision_functions vision_functions_table = {VISION_FUNCTIONS(VISION_ENTRY)};

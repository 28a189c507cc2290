#include "scoring_engine.h"

#include "cscoring.h"

#define CS_ENTRY(name) .name = cs_##name,
const cs_functions cs_functions_table = {CS_FUNCTIONS(CS_ENTRY)};

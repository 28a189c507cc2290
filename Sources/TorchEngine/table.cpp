#include "torch_engine.h"

#include "ctorch.h"

#define CT_ENTRY(name) .name = ct_##name,
const ct_functions ct_functions_table = {CT_FUNCTIONS(CT_ENTRY)};

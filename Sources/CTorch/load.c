#include <stddef.h>

#include "cengine.h"
#include "ctorch.h"

// Defined where the engine is linked into the program.
extern const ct_functions ct_functions_table __attribute__((weak));

const ct_functions *ct_load(void) {
    if (&ct_functions_table != NULL) return &ct_functions_table;
    return cengine_table("libmien-torch.so", "ct_functions_table");
}

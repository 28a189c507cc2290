#include <stddef.h>

#include "cengine.h"
#include "ctorch.h"

// Defined where the engine is linked into the program.
extern const ct_functions ct_functions_table __attribute__((weak));

const ct_functions *ct_load(void) {
    if (&ct_functions_table != NULL) return &ct_functions_table;
    return cengine_table(
        "libmien-torch.so", "ct_functions_table",
        "Training and heat maps need libtorch: take the archive of Mien with training, build Mien "
        "with 'make', or add the product MienTraining to a package that depends on Mien.");
}

#include <stddef.h>

#include "cclassical.h"
#include "cengine.h"

// Defined where the engine is linked into the program.
extern const classical_functions classical_functions_table __attribute__((weak));

const classical_functions *classical_load(void) {
    if (&classical_functions_table != NULL) return &classical_functions_table;
    return cengine_table(
        "libmien-classical.so", "classical_functions_table",
        "Training of support vector machines and forests needs it: take the archive of Mien with "
        "training, build Mien with 'make', or add the product MienTraining to a package that "
        "depends on Mien.");
}

#include <stddef.h>

#include "cengine.h"
#include "cscoring.h"

// Defined where the engine is linked into the program.
extern const cs_functions cs_functions_table __attribute__((weak));

const cs_functions *cs_load(void) {
    if (&cs_functions_table != NULL) return &cs_functions_table;
    return cengine_table(
        "libmien-scoring.so", "cs_functions_table",
        "Unpack the archive of Mien anew, or build Mien with 'make'.");
}

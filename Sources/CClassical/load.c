#include <stddef.h>

#include "cclassical.h"
#include "cengine.h"

// Defined where the engine is linked into the program.
extern const classical_functions classical_functions_table __attribute__((weak));

const classical_functions *classical_load(void) {
    if (&classical_functions_table != NULL) return &classical_functions_table;
    return cengine_table(
        "libmien-classical.so", "classical_functions_table",
        "The packages that it needs are listed in share/doc/mien/INSTALL.txt of an installed Mien; "
        "'make' gets them where Mien is built.");
}

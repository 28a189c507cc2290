/// Finds the tables of functions that the engines give (libtorch behind one, oneDNN, OpenCV
/// and FFmpeg behind others), and knows the processor. Engines are loaded at their first use: a command that
/// needs no tensor starts without libtorch, whose loading takes longer than many a command.
#ifndef CENGINE_H
#define CENGINE_H

#include <stdbool.h>

/// The object `symbol` of the library `name`, which is looked for beside the program. Where there
/// is none, the program ends as it would with a library that the system's loader misses: with a
/// sentence and code 1. `advice` is a sentence that says how to get it.
const void *cengine_table(const char *name, const char *symbol, const char *advice);

/// Keeps freed memory in the process (glibc): training is 6 to 16 % faster without the page
/// faults of returning it. Call before other threads allocate.
void cengine_keep_freed_memory(void);

/// Returns freed blocks of 256 kB and more to the system at once (glibc), and has all threads share
/// what is kept: the least memory. Call before other threads allocate.
void cengine_return_freed_memory(void);

/// Whether this processor multiplies bfloat16 in hardware (AVX512-BF16).
bool cengine_has_bfloat16(void);

/// Whether it computes in bfloat16 faster than in float32.
bool cengine_gains_by_bfloat16(void);

/// Whether it sums products of eight bits in 32 (AVX512-VNNI); others saturate at 16.
bool cengine_has_int8(void);

#endif

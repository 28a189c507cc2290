#include <dlfcn.h>
#include <limits.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "cengine.h"

const void *cengine_table(const char *name, const char *symbol, const char *advice) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    const void *table = library == NULL ? NULL : dlsym(library, symbol);
    if (table != NULL) return table;
    fprintf(
        stderr, "error: %s, a part of Mien, cannot be loaded: %s\n%s\n", name, dlerror(), advice);
    _Exit(1);
}

void cengine_keep_freed_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_MMAP_THRESHOLD, INT_MAX);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void cengine_return_freed_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
#endif
}

bool cengine_has_bfloat16(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

bool cengine_gains_by_bfloat16(void) {
#if defined(__x86_64__)
    // Measured (docs/speed.md): with AMX and on AMD it is faster, on Intel without AMX slower.
    __builtin_cpu_init();
    return cengine_has_bfloat16() &&
           (__builtin_cpu_supports("amx-bf16") || !__builtin_cpu_is("intel"));
#else
    return false;
#endif
}

bool cengine_has_int8(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512vnni");
#else
    return false;
#endif
}

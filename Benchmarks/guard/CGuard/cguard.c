#include "cguard.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
bool guard_can_count(void) { return true; }
void guard_start(void) { CALLGRIND_START_INSTRUMENTATION; }
void guard_stop(void) {
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS;
}
#else
bool guard_can_count(void) { return false; }
void guard_start(void) {}
void guard_stop(void) {}
#endif

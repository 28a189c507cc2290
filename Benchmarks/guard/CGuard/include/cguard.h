// Switches callgrind's counting on and off from within; without callgrind both do nothing.
#pragma once

#include <stdbool.h>

// Whether the headers of valgrind were there when this was built.
bool guard_can_count(void);
void guard_start(void);
// Ends the counting and writes what was counted since the start, a file for each call.
void guard_stop(void);

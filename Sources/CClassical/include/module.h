// What Swift imports. cclassical.h itself is in no module map: C++20 would not include it as text.
#include "cclassical.h"

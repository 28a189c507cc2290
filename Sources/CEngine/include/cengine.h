/// Finds the tables of functions that the engines give (libtorch behind one, OpenCV behind the
/// other). They are loaded at their first use: a command that needs no tensor starts without
/// libtorch, whose loading takes longer than many a command.
#ifndef CENGINE_H
#define CENGINE_H

/// The object `symbol` of the library `name`, which is looked for beside the program. Where there
/// is none, the program ends as it would with a library that the system's loader misses: with a
/// sentence and code 1.
const void *cengine_table(const char *name, const char *symbol);

/// Keeps freed memory in the process (glibc): training is 6 to 16 % faster without the page
/// faults of returning it. Call before other threads allocate.
void cengine_keep_freed_memory(void);

#endif

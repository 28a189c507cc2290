/// What the loader asks this library for.
#ifndef CLASSICAL_ENGINE_H
#define CLASSICAL_ENGINE_H

#ifdef __cplusplus
extern "C" {
#endif

extern const struct classical_functions classical_functions_table;

#ifdef __cplusplus
}
#endif
#endif

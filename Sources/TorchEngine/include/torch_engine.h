/// What the loader asks this library for.
#ifndef TORCH_ENGINE_H
#define TORCH_ENGINE_H

#ifdef __cplusplus
extern "C" {
#endif

extern const struct ct_functions ct_functions_table;

#ifdef __cplusplus
}
#endif
#endif

/// What the loader asks this library for.
#ifndef VISION_ENGINE_H
#define VISION_ENGINE_H

#ifdef __cplusplus
extern "C" {
#endif

extern const struct vision_functions vision_functions_table;

#ifdef __cplusplus
}
#endif
#endif

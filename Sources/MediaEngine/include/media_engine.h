/// What the loader asks this library for.
#ifndef MEDIA_ENGINE_H
#define MEDIA_ENGINE_H

#ifdef __cplusplus
extern "C" {
#endif

extern const struct media_functions media_functions_table;

#ifdef __cplusplus
}
#endif
#endif

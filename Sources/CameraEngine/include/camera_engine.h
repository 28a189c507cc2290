/// What the loader asks this library for.
#ifndef CAMERA_ENGINE_H
#define CAMERA_ENGINE_H

#ifdef __cplusplus
extern "C" {
#endif

extern const struct video_functions camera_functions_table;

#ifdef __cplusplus
}
#endif
#endif

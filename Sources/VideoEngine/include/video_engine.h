/// What the loader asks this library for.
#ifndef VIDEO_ENGINE_H
#define VIDEO_ENGINE_H

#ifdef __cplusplus
extern "C" {
#endif

extern const struct video_functions video_functions_table;
extern const struct sound_functions sound_functions_table;

#ifdef __cplusplus
}
#endif
#endif

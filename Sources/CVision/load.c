#include <stddef.h>

#include "cengine.h"
#include "cvision.h"

// Defined where the engines are linked into the program.
extern const vision_functions vision_functions_table __attribute__((weak));
extern const media_functions media_functions_table __attribute__((weak));
extern const video_functions video_functions_table __attribute__((weak));
extern const sound_functions sound_functions_table __attribute__((weak));
extern const video_functions camera_functions_table __attribute__((weak));

static const char advice[] =
    "The packages that it needs are listed in share/doc/mien/INSTALL.txt of an installed Mien; "
    "'make' gets them where Mien is built. A package that depends on Mien adds the product "
    "MienCamera for cameras.";

const vision_functions *vision_load(void) {
    if (&vision_functions_table != NULL) return &vision_functions_table;
    return cengine_table("libmien-vision.so", "vision_functions_table", advice);
}

const media_functions *media_load(void) {
    if (&media_functions_table != NULL) return &media_functions_table;
    return cengine_table("libmien-media.so", "media_functions_table", advice);
}

const video_functions *video_load(void) {
    if (&video_functions_table != NULL) return &video_functions_table;
    return cengine_table("libmien-video.so", "video_functions_table", advice);
}

const sound_functions *sound_load(void) {
    if (&sound_functions_table != NULL) return &sound_functions_table;
    return cengine_table("libmien-video.so", "sound_functions_table", advice);
}

const video_functions *camera_load(void) {
    if (&camera_functions_table != NULL) return &camera_functions_table;
    return cengine_table("libmien-camera.so", "camera_functions_table", advice);
}

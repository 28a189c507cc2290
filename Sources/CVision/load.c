#include <stddef.h>

#include "cengine.h"
#include "cvision.h"

// Defined where the engines are linked into the program.
extern const vision_functions vision_functions_table __attribute__((weak));
extern const media_functions media_functions_table __attribute__((weak));
extern const video_functions video_functions_table __attribute__((weak));
extern const video_functions camera_functions_table __attribute__((weak));

const vision_functions *vision_load(void) {
    if (&vision_functions_table != NULL) return &vision_functions_table;
    return cengine_table("libmien-vision.so", "vision_functions_table");
}

const media_functions *media_load(void) {
    if (&media_functions_table != NULL) return &media_functions_table;
    return cengine_table("libmien-media.so", "media_functions_table");
}

const video_functions *video_load(void) {
    if (&video_functions_table != NULL) return &video_functions_table;
    return cengine_table("libmien-video.so", "video_functions_table");
}

const video_functions *camera_load(void) {
    if (&camera_functions_table != NULL) return &camera_functions_table;
    return cengine_table("libmien-camera.so", "camera_functions_table");
}

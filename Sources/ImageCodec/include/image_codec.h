/// What this target defines: the functions `codec_` of cvision.h.
#ifndef IMAGE_CODEC_H
#define IMAGE_CODEC_H

#include "cvision.h"

#endif

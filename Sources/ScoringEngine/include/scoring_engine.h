/// What the loader asks this library for.
#ifndef SCORING_ENGINE_H
#define SCORING_ENGINE_H

#ifdef __cplusplus
extern "C" {
#endif

extern const struct cs_functions cs_functions_table;

#ifdef __cplusplus
}
#endif
#endif

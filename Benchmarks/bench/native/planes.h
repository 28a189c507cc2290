// A file of float32 values, and the answer in JSON: the second of two classes, or any first ones.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static float* read_planes(const char* path, size_t count) {
    float* values = malloc(count * sizeof(float));
    FILE* file = fopen(path, "rb");
    if (!values || !file || fread(values, sizeof(float), count, file) != count) {
        fprintf(stderr, "%s: expected %zu values\n", path, count);
        exit(1);
    }
    fclose(file);
    return values;
}

static void print_score(const float* logits, int outputs) {
    float largest = logits[0], sum = 0;
    for (int k = 1; k < outputs; k++) largest = fmaxf(largest, logits[k]);
    for (int k = 0; k < outputs; k++) sum += expf(logits[k] - largest);
    printf("{\"score\": %.6f}\n", expf(logits[1] - largest) / sum);
}

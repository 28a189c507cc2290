// Scores planes of float32 from a file with ONNX Runtime's C interface, from process start to answer.
//
//     onnxruntime_start GRAPH PLANES COUNT SIZE OUTPUTS INPUT
//
// The wheel has the library without its headers: functions are taken by their fixed places in the
// table of version 17 (onnxruntime_c_api.h).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "planes.h"

typedef void* Handle;
struct Base { const void** (*GetApi)(uint32_t version); };
extern const struct Base* OrtGetApiBase(void);
static const void** api;

static void check(Handle status, const char* what) {
    if (!status) return;
    fprintf(stderr, "%s: %s\n", what, ((const char* (*)(Handle))api[2])(status));
    exit(1);
}

int main(int count, char** arguments) {
    if (count != 7) return 2;
    const int planes = atoi(arguments[3]), size = atoi(arguments[4]), outputs = atoi(arguments[5]);
    float* values = read_planes(arguments[2], (size_t)planes * size * size);
    api = OrtGetApiBase()->GetApi(17);
    Handle env = 0, options = 0, session = 0, memory = 0, input = 0, output = 0;
    check(((Handle (*)(int, const char*, Handle*))api[3])(3, "start", &env), "environment");
    check(((Handle (*)(Handle*))api[10])(&options), "options");
    check(((Handle (*)(Handle, const char*, Handle, Handle*))api[7])(
              env, arguments[1], options, &session), "session");
    check(((Handle (*)(int, int, Handle*))api[69])(1, 0, &memory), "memory");
    int64_t shape[] = {1, planes, size, size};
    check(((Handle (*)(Handle, void*, size_t, const int64_t*, size_t, int, Handle*))api[49])(
              memory, values, sizeof(float) * planes * size * size, shape, 4, 1, &input), "tensor");
    const char *in[] = {arguments[6]}, *out[] = {"logits"};
    const Handle inputs[] = {input};
    check(((Handle (*)(Handle, Handle, const char**, const Handle*, size_t, const char**, size_t,
                       Handle*))api[9])(session, 0, in, inputs, 1, out, 1, &output), "run");
    void* logits = 0;
    check(((Handle (*)(Handle, void**))api[51])(output, &logits), "logits");
    print_score(logits, outputs);
    return 0;
}

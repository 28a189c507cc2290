// Scores planes of float32 from a file with OpenVINO's C library, from process start to answer.
//
//     openvino_start GRAPH PLANES COUNT SIZE OUTPUTS
#include <openvino/c/openvino.h>
#include <stdio.h>
#include <stdlib.h>

#include "planes.h"

static void check(ov_status_e status, const char* what) {
    if (status == OK) return;
    fprintf(stderr, "%s: %s\n", what, ov_get_error_info(status));
    exit(1);
}

int main(int count, char** arguments) {
    if (count != 6) return 2;
    const int planes = atoi(arguments[3]), size = atoi(arguments[4]), outputs = atoi(arguments[5]);
    float* values = read_planes(arguments[2], (size_t)planes * size * size);
    ov_core_t* core = NULL;
    ov_model_t* model = NULL;
    ov_compiled_model_t* compiled = NULL;
    ov_infer_request_t* request = NULL;
    ov_tensor_t *input = NULL, *output = NULL;
    check(ov_core_create(&core), "core");
    check(ov_core_read_model(core, arguments[1], NULL, &model), "model");
    int64_t sides[] = {1, planes, size, size};
    ov_shape_t shape;
    check(ov_shape_create(4, sides, &shape), "shape");
    ov_partial_shape_t partial;
    check(ov_shape_to_partial_shape(shape, &partial), "partial shape");
    check(ov_model_reshape_single_input(model, partial), "reshape");
    check(ov_core_compile_model(core, model, "CPU", 2, &compiled, "PERFORMANCE_HINT", "LATENCY"),
          "compile");
    check(ov_compiled_model_create_infer_request(compiled, &request), "request");
    check(ov_tensor_create_from_host_ptr(F32, shape, values, &input), "tensor");
    check(ov_infer_request_set_input_tensor(request, input), "input");
    check(ov_infer_request_infer(request), "inference");
    check(ov_infer_request_get_output_tensor(request, &output), "output");
    void* logits = NULL;
    check(ov_tensor_data(output, &logits), "logits");
    print_score(logits, outputs);
    return 0;
}

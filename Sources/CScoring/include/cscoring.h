/// A plain C header over oneDNN: networks that only compute their outputs, layers fused.
///
/// It needs no libtorch, whose loading takes longer than scoring many a face. Functions that can
/// fail return CS_OK or CS_ERROR; the message of the last failure on the calling thread is
/// `cs_last_error()`. No C++ exception crosses this header.
#ifndef CSCORING_H
#define CSCORING_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int cs_status;
enum { CS_OK = 0, CS_ERROR = 1 };

/// Same numbers as Torch.DType.
enum { CS_FLOAT32 = 0, CS_FLOAT16 = 2, CS_BFLOAT16 = 3, CS_INT8 = 7 };

/// A convolution and the scaling and shift of its output channels.
typedef struct {
    /// [outputs, inputs, kernel, kernel] in elements of `dtype`: float32, float16 or int8.
    const void *weight;
    int dtype;
    int outputs;
    int inputs;
    int kernel;
    int stride;
    int padding;
    /// [outputs], multiplied into the weights: of batch normalisation, or the scales of int8.
    const double *factors;
    /// [outputs]
    const double *bias;
    /// Largest magnitude that its output has, after what is added to it and the ReLU. For int8.
    double output_range;
} cs_convolution;

/// Stem, max pooling, basic blocks, mean over space, affine head. The input is grey.
typedef struct {
    /// CS_FLOAT32, CS_BFLOAT16, or CS_INT8, for which all weights must be int8.
    int dtype;
    /// The stem, then of each block both convolutions and the one of its shortcut if it has one.
    const cs_convolution *convolutions;
    int convolution_count;
    /// [block_count]
    const bool *has_shortcut;
    int block_count;
    /// [outputs, inputs] and [outputs], the inputs being the channels of the last block.
    const float *head_weight;
    const float *head_bias;
    int outputs;
    /// What a pixel p becomes: p * pixel_scale + pixel_offset, of at most input_range.
    double pixel_scale;
    double pixel_offset;
    double input_range;
    /// Side of the images that the weights are packed for; other sizes can be scored too.
    int size;
} cs_description;

typedef struct cs_network_s *cs_network;

const char *cs_last_error(void);

/// Threads that one batch is scored with: as many as OpenMP says at first.
void cs_set_threads(int count);
int cs_thread_count(void);

/// Packs the weights; nothing of `description` is needed after.
///
/// The stem is the 7x7 convolution of stride 2 and padding 3, written as a 4x4 one of stride 1
/// over 2x2 cells: four input channels [row parity * 2 + column parity], and, when it has eight,
/// four more that are 1 inside the image and 0 in its padding.
cs_status cs_network_create(cs_network *out, const cs_description *description);
void cs_network_free(cs_network network);

/// Logits of `count` planes of `size` x `size` pixels.
/// @param logits [count, outputs]
/// @param means [count, channels] or NULL: the means over space of what the stages before the last
///     put out, one stage after the other. Their ends are the inputs of blocks with a shortcut.
/// @param maxima [convolution_count] or NULL: raised to the largest magnitudes of the outputs; of
///     networks of float32.
cs_status cs_network_run(
    cs_network network, const float *planes, int64_t count, int64_t size, float *logits,
    float *means, double *maxima);

// -- Networks of convolutions over colour images --------------------------------------------------

enum { CS_LINEAR = 0, CS_RELU = 1, CS_LOGISTIC = 2 };

/// A convolution over the output of another layer.
typedef struct {
    /// Tensors are numbered: 0 is the image, n + 1 what layer n puts out.
    int input;
    /// A tensor that is added to the output, after the activation; -1 for none.
    int added;
    /// CS_LINEAR, CS_RELU or CS_LOGISTIC.
    int activation;
    /// Each place of the input becomes kernel x kernel places of the output; the stride is the
    /// kernel, nothing is padded or added, and there is one group.
    bool transposed;
    int inputs;
    int outputs;
    /// 1, or all channels: each has a kernel of its own.
    int groups;
    int kernel;
    int stride;
    int padding;
    /// [outputs, inputs / groups, kernel, kernel]; transposed [inputs, outputs, kernel, kernel].
    const float *weight;
    /// [outputs]
    const float *bias;
} cs_layer;

/// To be used by one thread at a time, which alone computes.
typedef struct cs_graph_s *cs_graph;

/// Layers read what earlier ones put out; nothing of them is needed after. The outputs of the layers
/// that `results` numbers are kept, in float32. `dtype` is that of weights and of what lies between
/// layers: CS_FLOAT32, or CS_BFLOAT16, which is float32 where the processor does not multiply it.
cs_status cs_graph_create(
    cs_graph *out, int dtype, const cs_layer *layers, int layer_count, const int *results,
    int result_count);
/// Another with the same weights, for another thread.
cs_status cs_graph_share(cs_graph *out, cs_graph other);
void cs_graph_free(cs_graph graph);
/// Makes what runs over images of a size need, on this thread, for this graph and those that share
/// its weights. Any number of threads may do so, beside runs.
cs_status cs_graph_prepare(cs_graph graph, int height, int width);
/// @param pixels RGB, [height, width, 3], which the image's tensor holds as 0 to 255.
cs_status cs_graph_run(cs_graph graph, const uint8_t *pixels, int height, int width);
/// Of the last run, until the next one: [channels, height, width]; null before the first.
const float *cs_graph_result(cs_graph graph, int index, int *channels, int *height, int *width);

// -- The functions above, as a table that the engine's library gives ------------------------------

#define CS_FUNCTIONS(F) \
    F(last_error) F(set_threads) F(thread_count) F(network_create) F(network_free) \
    F(network_run) F(graph_create) F(graph_share) F(graph_free) F(graph_prepare) \
    F(graph_run) F(graph_result)

typedef struct cs_functions {
#define CS_MEMBER(name) __typeof__(cs_##name) *name;
    CS_FUNCTIONS(CS_MEMBER)
#undef CS_MEMBER
} cs_functions;

/// The functions: those linked into the program, or else those of the library beside it, which is
/// loaded at the first call. Ends the program with a sentence when there is none.
const cs_functions *cs_load(void);

#ifdef __cplusplus
}
#endif
#endif

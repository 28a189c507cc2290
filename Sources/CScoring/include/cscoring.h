/// A plain C header over oneDNN: graphs of convolutions that only compute their outputs, with what
/// follows a convolution fused into it.
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

/// Element types, numbered as Common.DType.
enum { CS_FLOAT32 = 0, CS_FLOAT16 = 2, CS_BFLOAT16 = 3, CS_INT8 = 7 };

/// What a node computes.
enum {
    CS_CONVOLUTION = 0,
    /// Each position of the input becomes kernel x kernel positions of the output; the stride is
    /// the kernel, nothing is padded or added, and there is one group.
    CS_TRANSPOSED_CONVOLUTION = 1,
    /// Of all numbers of an image, ordered [channels, height, width].
    CS_LINEAR = 2,
    CS_MAX_POOL = 3,
    /// The mean over windows, in which padding counts as zeros.
    CS_AVERAGE_POOL = 4,
    /// The mean over what a window has of the image.
    CS_AVERAGE_POOL_INSIDE = 5,
    /// The mean over windows that divide the image into `outputs` x `outputs` parts.
    CS_ADAPTIVE_AVERAGE_POOL = 6,
    CS_GLOBAL_AVERAGE_POOL = 7,
    CS_CONCATENATE = 8,
    CS_ADD = 9,
    CS_ACTIVATION = 10
};

enum { CS_IDENTITY = 0, CS_RELU = 1, CS_LOGISTIC = 2 };

typedef struct {
    int operation;
    /// Tensors are numbered: 0 is the image, n + 1 the output of node n.
    const int *inputs;
    int input_count;
    /// Of a convolution, linear layer, addition or activation: CS_IDENTITY, CS_RELU or CS_LOGISTIC.
    int activation;
    /// Of a convolution: a tensor that is added after the activation, or -1; then a ReLU or none.
    int added;
    bool rectifies_sum;
    /// Channels that a convolution reads; of a linear layer, all numbers of an image.
    int source;
    int outputs;
    /// 1; all channels, each with a kernel of its own; or between.
    int groups;
    /// Vertical and horizontal; of pooling too. 1 of a linear layer.
    int kernel[2];
    int stride;
    int padding[2];
    /// Of pooling: whether a last window that lies partly behind the image counts.
    bool covers_edge;
    /// Elements of `dtype`, float32, float16 or int8: [outputs, source / groups, height, width],
    /// transposed [source, outputs, height, width], linear [outputs, source].
    const void *weight;
    /// Whether `weight` lies in a read-only mapping of a file: its pages are then given back to the
    /// system as soon as they are packed, and come from the file where they are read again.
    bool is_mapped;
    int dtype;
    /// [outputs], multiplied into the weights: of batch normalisation, or the scales of int8.
    const double *factors;
    /// [outputs]
    const double *bias;
    /// Largest magnitude of the output, after addition and activation. For int8.
    double output_range;
} cs_node;

/// How images become tensor 0: a value p of plane i becomes p * scale[i] + offset[i].
typedef struct {
    int planes;
    /// Whether one more plane is 1 in the image and 0 in its padding.
    bool has_ones;
    /// 1, or 2 for the input of a first convolution of stride 2, which is then given as one of
    /// stride 1 without padding over cells of 2 x 2 pixels: of each plane four channels, row parity
    /// * 2 + column parity.
    int cell;
    /// Of that convolution, before it was rewritten.
    int kernel[2];
    int padding[2];
    const double *scale;
    const double *offset;
    /// Largest magnitude of a number of the tensor. For int8.
    double range;
} cs_input;

typedef struct {
    /// Of weights and of what lies between nodes: CS_FLOAT32; CS_BFLOAT16, which is float32 where
    /// the processor does not multiply it; or CS_INT8, for which all weights but those of results
    /// must be int8.
    int dtype;
    cs_input input;
    /// Each reads outputs of earlier ones.
    const cs_node *nodes;
    int node_count;
    /// Nodes whose outputs are given, in float32. A linear one is computed in float32.
    const int *results;
    int result_count;
    /// Nodes of whose outputs the means over space can be asked for.
    const int *probes;
    int probe_count;
    /// Size of the images that the weights are packed for, or 0; other sizes can be computed too.
    int height;
    int width;
    /// Whether images come one at a time in ever new sizes: implementations whose code oneDNN never
    /// frees are passed over, and large layers are computed in bands of rows.
    bool sizes_vary;
} cs_description;

/// Any number of threads may use one at once.
typedef struct cs_graph_s *cs_graph;

/// Images: float32 [count, planes, height, width], or bytes [count, height, width, planes].
typedef struct {
    const float *planes;
    const uint8_t *bytes;
    int64_t count;
    int height;
    int width;
} cs_images;

typedef struct {
    /// [result_count]: each [count, channels, height, width].
    float *const *results;
    /// [count, channels of all probes] or NULL: the means over space, one probe after the other.
    float *means;
    /// [node_count] or NULL: raised to the largest magnitudes of outputs. Of float32 graphs.
    double *maxima;
} cs_outputs;

const char *cs_last_error(void);

/// Threads that one batch is computed with: as many as OpenMP says at first.
void cs_set_threads(int count);
int cs_thread_count(void);

/// Packs the weights; nothing of `description` is needed after.
cs_status cs_graph_create(cs_graph *out, const cs_description *description);
void cs_graph_free(cs_graph graph);
/// Shape of a result for one image: channels, height, width.
cs_status cs_graph_shape(cs_graph graph, int result, int height, int width, int shape[3]);
/// Makes what images of a size need, on this thread, for runs on one thread.
cs_status cs_graph_prepare(cs_graph graph, int height, int width);
/// @param threads 1 for the calling thread alone, 0 for `cs_thread_count()`.
cs_status cs_graph_run(
    cs_graph graph, const cs_images *images, int threads, const cs_outputs *outputs);

// -- The functions above, as a table that the engine's library gives ------------------------------

#define CS_FUNCTIONS(F) \
    F(last_error) F(set_threads) F(thread_count) F(graph_create) F(graph_free) F(graph_shape) \
    F(graph_prepare) F(graph_run)

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

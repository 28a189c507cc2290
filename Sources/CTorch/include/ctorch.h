/// A plain C header over libtorch: tensors, the operations Mien needs, autograd and optimizers.
///
/// Every function that can fail returns CT_OK or CT_ERROR; the message of the last failure on
/// the calling thread is `ct_last_error()`. Results come through the leading out-pointer and are
/// owned by the caller, who frees tensors with `ct_tensor_free`. No C++ exception crosses this
/// header. Gradient mode and autocast belong to the calling thread.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor_s *ct_tensor;
typedef int ct_status;
enum { CT_OK = 0, CT_ERROR = 1 };

/// Same numbers as Torch.DType.
enum {
    CT_FLOAT32 = 0, CT_FLOAT64, CT_FLOAT16, CT_BFLOAT16,
    CT_INT64, CT_INT32, CT_INT16, CT_INT8, CT_UINT8, CT_BOOL,
};
enum { CT_CONTIGUOUS = 0, CT_CHANNELS_LAST = 1 };
enum { CT_CPU = 0, CT_CUDA = 1, CT_META = 2 };
enum { CT_REDUCE_NONE = 0, CT_REDUCE_MEAN = 1, CT_REDUCE_SUM = 2 };

const char *ct_last_error(void);

// -- runtime.cpp: the machine, and the state of the calling thread ---------------------------

ct_status ct_set_threads(int count);
int ct_thread_count(void);
/// GPUs of this machine; negative where libtorch is the build for processors. Loads libtorch's half
/// for CUDA, which must be there before libtorch first looks for GPUs.
int ct_cuda_count(void);
/// Why libtorch's half for CUDA was not loaded; empty where it was.
const char *ct_cuda_problem(void);
/// From now on CT_CUDA stands for the GPU of this number, in all threads.
ct_status ct_use_cuda(int index);
/// Sets gradient recording on this thread; returns what it was.
bool ct_set_grad_mode(bool enabled);
/// Between begin and end, convolutions and linear layers on this thread run in `dtype`.
/// What autocast was set to on this thread; `dtype` is libtorch's own number.
typedef struct {
    bool enabled;
    int dtype;
} ct_autocast;
ct_status ct_autocast_begin(ct_autocast *previous, int device, int dtype);
void ct_autocast_end(ct_autocast previous, int device);

// -- tensor.cpp: creation, shape, copies ---------------------------------------------------------

void ct_tensor_free(ct_tensor tensor);
/// Copies `count` elements of `dtype` from `data`.
ct_status ct_tensor_from_data(
    ct_tensor *out, const void *data, const int64_t *shape, int rank, int dtype);
ct_status ct_tensor_full(ct_tensor *out, const int64_t *shape, int rank, double value, int dtype);
/// Normal values from a generator of its own, seeded with `seed`.
ct_status ct_tensor_normal(
    ct_tensor *out, const int64_t *shape, int rank, double mean, double std, uint64_t seed);
/// Copies the elements, row-major, into `data` of `bytes` bytes.
ct_status ct_tensor_copy_out(ct_tensor self, void *data, size_t bytes);
int ct_tensor_rank(ct_tensor self);
int64_t ct_tensor_size(ct_tensor self, int dimension);
int ct_tensor_dtype(ct_tensor self);
int ct_tensor_device(ct_tensor self);
/// Moves the tensor itself: all that hold it have it there.
ct_status ct_tensor_move(ct_tensor self, int device);
ct_status ct_tensor_assign(ct_tensor self, ct_tensor source);
ct_status ct_tensor_clone(ct_tensor *out, ct_tensor self);
ct_status ct_tensor_detach(ct_tensor *out, ct_tensor self);
/// Device, element type and memory format at once; shares storage when nothing changes.
ct_status ct_tensor_to(ct_tensor *out, ct_tensor self, int device, int dtype, int memory_format);
ct_status ct_tensor_reshape(ct_tensor *out, ct_tensor self, const int64_t *shape, int rank);
ct_status ct_tensor_expand(ct_tensor *out, ct_tensor self, const int64_t *shape, int rank);
ct_status ct_tensor_flip(ct_tensor *out, ct_tensor self, int dimension);
ct_status ct_tensor_narrow(
    ct_tensor *out, ct_tensor self, int dimension, int64_t start, int64_t length);
ct_status ct_tensor_cat(ct_tensor *out, const ct_tensor *tensors, int count, int dimension);

// -- ops.cpp: arithmetic and layers --------------------------------------------------------------

ct_status ct_add(ct_tensor *out, ct_tensor a, ct_tensor b, double alpha);
ct_status ct_mul(ct_tensor *out, ct_tensor a, ct_tensor b);
ct_status ct_scale(ct_tensor *out, ct_tensor a, double factor, double offset);
/// self = self * (1 - weight) + other * weight, in place.
ct_status ct_lerp_(ct_tensor self, ct_tensor other, double weight);
ct_status ct_matmul(ct_tensor *out, ct_tensor a, ct_tensor b);
ct_status ct_sum(ct_tensor *out, ct_tensor self);
ct_status ct_mean_dimensions(
    ct_tensor *out, ct_tensor self, const int64_t *dimensions, int count);
ct_status ct_relu(ct_tensor *out, ct_tensor self, bool in_place);
ct_status ct_softmax(ct_tensor *out, ct_tensor self, int dimension);
ct_status ct_argmax(ct_tensor *out, ct_tensor self, int dimension);
ct_status ct_linear(ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias);
/// How a window moves over an image.
typedef struct {
    int64_t stride, padding_height, padding_width, groups;
} ct_convolution;
/// `bias` may be NULL.
ct_status ct_conv2d(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_convolution form);
/// The convolution with a `weight` [K, C, height, width] of images [N, 1, H, W] that stand for C
/// equal channels.
ct_status ct_grey_conv2d(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_convolution form);
/// Normalises with the running statistics.
ct_status ct_batch_norm(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_tensor running_mean,
    ct_tensor running_variance, double epsilon);
/// Normalises with the batch's statistics and moves the running ones; then adds `addend` (which may
/// be NULL, and comes only with the ReLU) and takes the ReLU where asked for.
ct_status ct_batch_norm_relu(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_tensor addend,
    ct_tensor running_mean, ct_tensor running_variance, bool rectifies, double momentum,
    double epsilon);
/// Normalises with the batch's statistics and moves the running ones, takes the ReLU and the maxima
/// of 3x3 windows, stride 2, padding 1.
ct_status ct_batch_norm_relu_pool(
    ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, ct_tensor running_mean,
    ct_tensor running_variance, double momentum, double epsilon);
ct_status ct_max_pool2d(
    ct_tensor *out, ct_tensor input, int64_t kernel, int64_t stride, int64_t padding,
    bool covers_edge);
ct_status ct_avg_pool2d(
    ct_tensor *out, ct_tensor input, int64_t kernel, int64_t stride, int64_t padding,
    bool counts_padding);
/// The means of `side` x `side` parts.
ct_status ct_adaptive_avg_pool2d(ct_tensor *out, ct_tensor input, int64_t side);
/// Sets a share of the values to zero and scales the others by 1 / (1 - share); which ones is a
/// function of `seed`. The input is the rows from `first` on of a batch of so many `rows`.
ct_status ct_dropout(
    ct_tensor *out, ct_tensor input, double share, uint64_t seed, int64_t first, int64_t rows);
/// `target` holds class indices [N] (int64) or class probabilities [N, K] (float).
ct_status ct_cross_entropy(
    ct_tensor *out, ct_tensor logits, ct_tensor target, ct_tensor class_weights, int reduction,
    double label_smoothing);

// -- autograd.cpp: gradients and optimizer steps -------------------------------------------------

ct_status ct_requires_grad_(ct_tensor self, bool enabled);
bool ct_requires_grad(ct_tensor self);
ct_status ct_backward(ct_tensor self);
/// NULL in `out` when there is no gradient.
ct_status ct_grad(ct_tensor *out, ct_tensor self);
/// The gradient of sum(vector * output) with respect to `input`; no other gradient is touched.
ct_status ct_vector_jacobian(
    ct_tensor *out, ct_tensor output, ct_tensor input, ct_tensor vector);
void ct_clear_grad(ct_tensor self);
/// Scales all gradients so that their joint 2-norm is at most `max_norm`; gives the norm before.
ct_status ct_clip_grad_norm(double *norm, const ct_tensor *parameters, int count, double max_norm);

/// One fused step over all parameters that have a gradient; `steps` are float32 scalars.
ct_status ct_adam_step(
    const ct_tensor *parameters, const ct_tensor *first_moments, const ct_tensor *second_moments,
    const ct_tensor *steps, int count, bool decoupled_decay, double learning_rate, double beta1,
    double beta2, double weight_decay, double epsilon);
ct_status ct_sgd_step(
    const ct_tensor *parameters, const ct_tensor *momentum_buffers, int count, bool first_step,
    double learning_rate, double momentum, double weight_decay, bool nesterov);

// -- collectives.cpp: several processes that train one network ------------------------------------

/// Keys and values that all processes see. One process serves them, the others connect.
typedef struct ct_store_s *ct_store;
/// The processes, connected by gloo, and by NCCL where they train on GPUs. After an error a group
/// answers no more; it can be left as it is.
typedef struct ct_group_s *ct_group;

/// Times are milliseconds. `listening` is a bound socket on which this process is to serve, which
/// becomes the store's; negative for a client. Keys begin with `prefix`.
ct_status ct_store_open(
    ct_store *out, const char *host, int port, int listening, const char *prefix, int64_t timeout);
void ct_store_free(ct_store self);
int ct_store_port(ct_store self);
ct_status ct_store_set(ct_store self, const char *key, const char *value);
ct_status ct_store_has(bool *out, ct_store self, const char *key);
/// Waits for a key and copies its text, which is shorter than `capacity`.
ct_status ct_store_get(
    char *out, size_t capacity, ct_store self, const char *key, int64_t timeout);
/// Connects to all others. `address` is the one of this machine that they reach it by.
ct_status ct_group_open(
    ct_group *out, ct_store store, const char *address, int rank, int size, int64_t timeout);
/// From now on tensors on GPUs are summed over NCCL, which connects to all others here.
/// - `interface`: of the network, by its name; empty for NCCL's choice.
/// - `device`: the GPU of this process.
ct_status ct_group_open_nccl(
    ct_group self, ct_store store, const char *interface, int device, int64_t timeout);
/// Ends what NCCL does in the background; for a group that failed.
void ct_group_abandon(ct_group self);
void ct_group_free(ct_group self);
/// Replaces the elements by their sums over all processes.
ct_status ct_group_sum(ct_group self, ct_tensor tensor);
/// As one message: gradients become their sums over all processes, `buffers` (float32) their means,
/// and the values (in float32) their sums.
ct_status ct_group_sum_step(
    ct_group self, const ct_tensor *parameters, int parameter_count, const ct_tensor *buffers,
    int buffer_count, double *values, int value_count);
/// The tensors of all processes, which have one shape, one after the other along dimension 0.
ct_status ct_group_gather(ct_tensor *out, ct_group self, ct_tensor tensor);
ct_status ct_group_send(ct_group self, ct_tensor tensor, int rank);
ct_status ct_group_receive(ct_group self, ct_tensor tensor, int rank);
/// From now on batch normalisation in training on this thread takes the statistics of all processes;
/// of this one alone for NULL.
void ct_group_share_statistics(ct_group self);

// -- The functions above, as a table that the engine's library gives ------------------------------

#define CT_FUNCTIONS(F) \
    F(last_error) F(set_threads) F(thread_count) F(cuda_count) F(cuda_problem) F(use_cuda) \
    F(set_grad_mode) F(autocast_begin) F(autocast_end) F(tensor_free) F(tensor_from_data) F(tensor_full) \
    F(tensor_normal) F(tensor_copy_out) F(tensor_rank) F(tensor_size) F(tensor_dtype) \
    F(tensor_device) F(tensor_move) F(tensor_assign) F(tensor_clone) F(tensor_detach) \
    F(tensor_to) F(tensor_reshape) F(tensor_expand) F(tensor_flip) F(tensor_narrow) F(tensor_cat) \
    F(add) F(mul) F(scale) F(lerp_) F(matmul) F(sum) F(mean_dimensions) F(relu) F(softmax) \
    F(argmax) F(linear) F(conv2d) F(grey_conv2d) F(batch_norm) F(batch_norm_relu) \
    F(batch_norm_relu_pool) F(max_pool2d) F(avg_pool2d) F(adaptive_avg_pool2d) F(dropout) \
    F(cross_entropy) F(requires_grad_) F(requires_grad) F(backward) F(grad) F(vector_jacobian) \
    F(clear_grad) F(clip_grad_norm) F(adam_step) F(sgd_step) F(store_open) F(store_free) \
    F(store_port) F(store_set) F(store_has) F(store_get) F(group_open) F(group_open_nccl) \
    F(group_abandon) F(group_free) F(group_sum) F(group_sum_step) F(group_gather) F(group_send) F(group_receive) F(group_share_statistics)

typedef struct ct_functions {
#define CT_MEMBER(name) __typeof__(ct_##name) *name;
    CT_FUNCTIONS(CT_MEMBER)
#undef CT_MEMBER
} ct_functions;

/// The functions: those linked into the program, or else those of the library beside it, which is
/// loaded at the first call. Ends the program with a sentence when there is none.
const ct_functions *ct_load(void);

#ifdef __cplusplus
}
#endif
#endif

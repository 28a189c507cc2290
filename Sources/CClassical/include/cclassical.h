/// A plain C header over what trains the classical classifiers: liblinear (linear models), libsvm
/// (support vector machines), OpenCV (random forests, eigenvectors). Scoring needs none of them.
///
/// Functions return CLASSICAL_OK or CLASSICAL_ERROR; the message of the last failure on the calling
/// thread is `classical_last_error()`. No C++ exception crosses this header. Nothing is drawn at
/// random but by `classical_train_forest`, from its seed.
#ifndef CCLASSICAL_H
#define CCLASSICAL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int classical_status;
enum { CLASSICAL_OK = 0, CLASSICAL_ERROR = 1 };

const char *classical_last_error(void);

/// Labelled rows of numbers.
typedef struct {
    /// [count, columns], row by row.
    const float *values;
    /// 1 for positive rows, 0 for the others; for a forest numbers of classes. Two or more occur.
    const uint8_t *labels;
    int count, columns;
} classical_rows;

/// The two losses of liblinear that are minimised without drawing at random.
enum { CLASSICAL_LOGISTIC = 0, CLASSICAL_SQUARED_HINGE = 2 };

typedef struct {
    int loss;
    /// What errors on positive and on other rows cost.
    double positive_cost, other_cost;
    /// Relative size of the gradient at which training ends.
    double tolerance;
} classical_linear_settings;

/// Fits a linear decision value, positive for the label 1.
/// - `weights`: [columns + 1], the last one the bias.
classical_status classical_train_linear(
    double *weights, const classical_rows *rows, const classical_linear_settings *settings);

typedef struct {
    double positive_cost, other_cost;
    /// Of the kernel exp(-gamma |x - y|^2).
    double gamma;
    double tolerance;
    /// For rows of the kernel matrix, in megabytes.
    double cache_size;
} classical_svm_settings;

/// The decision value of x: the sum over the vectors of coefficient x kernel, plus bias; positive
/// for the label 1.
typedef struct {
    int count;
    /// Of the training rows, from 0. Of malloc, as the coefficients.
    int *rows;
    double *coefficients;
    double bias;
} classical_svm;

classical_status classical_train_svm(
    classical_svm *out, const classical_rows *rows, const classical_svm_settings *settings);
void classical_free_svm(classical_svm *svm);

typedef struct {
    int trees, depth;
    /// Fewest rows of a leaf's parent.
    int fewest_rows;
    uint64_t seed;
} classical_forest_settings;

/// Trees, their nodes one after the other. A row goes from an inner node to `left` where its column
/// is at most the threshold, else to `right`.
typedef struct {
    int trees, nodes;
    /// [trees]: the first node of each.
    int *roots;
    /// [nodes]: -1 for a leaf. All of malloc.
    int *columns, *left, *right;
    float *thresholds;
    /// [nodes]: the label that a leaf votes for.
    uint8_t *votes;
} classical_forest;

classical_status classical_train_forest(
    classical_forest *out, const classical_rows *rows, const classical_forest_settings *settings);
void classical_free_forest(classical_forest *forest);

/// Adds the products of the columns of `values` [count, columns] to `sums` [columns, columns].
classical_status classical_add_products(
    double *sums, const double *values, int count, int columns);

/// Eigenvalues, largest first, and eigenvectors of a symmetric matrix [size, size].
/// - `vectors`: [size, size], one a row.
classical_status classical_eigen(
    double *values, double *vectors, const double *matrix, int size);

#define CLASSICAL_FUNCTIONS(F)                                                     \
    F(last_error) F(train_linear) F(train_svm) F(free_svm) F(train_forest)         \
    F(free_forest) F(add_products) F(eigen)

typedef struct classical_functions {
#define CLASSICAL_MEMBER(name) __typeof__(classical_##name) *name;
    CLASSICAL_FUNCTIONS(CLASSICAL_MEMBER)
#undef CLASSICAL_MEMBER
} classical_functions;

/// The functions: those linked into the program, or else those of the library beside it, which is
/// loaded at the first call. Ends the program with a sentence when there is none.
const classical_functions *classical_load(void);

#ifdef __cplusplus
}
#endif

#endif

// Support vector machines with a Gaussian kernel, by libsvm.
#include <libsvm/svm.h>

#include <memory>
#include <vector>

#include "guarded.hpp"

namespace {
struct ModelDeleter {
    void operator()(svm_model *model) const { svm_free_and_destroy_model(&model); }
};
}  // namespace

classical_status classical_train_svm(
    classical_svm *out, const classical_rows *rows, const classical_svm_settings *settings) {
    return classical::guarded([&] {
        classical::check(*rows);
        svm_set_print_string_function([](const char *) {});
        const auto width = static_cast<size_t>(rows->columns) + 1;
        const auto count = static_cast<size_t>(rows->count);
        // The model points into these: it is read and freed before they go.
        std::vector<svm_node> nodes(count * width);
        std::vector<svm_node *> starts(count);
        std::vector<double> labels(count);
        for (int index = 0; index < rows->count; ++index) {
            svm_node *node = nodes.data() + static_cast<size_t>(index) * width;
            starts[static_cast<size_t>(index)] = node;
            labels[static_cast<size_t>(index)] = rows->labels[index];
            int column = 0;
            for (const float value : classical::row(*rows, index)) *node++ = {++column, value};
            *node = {-1, 0};
        }
        svm_problem problem{rows->count, labels.data(), starts.data()};
        int weighted_labels[] = {1, 0};
        double costs[] = {settings->positive_cost, settings->other_cost};
        svm_parameter parameter{};
        parameter.svm_type = C_SVC;
        parameter.kernel_type = RBF;
        parameter.gamma = settings->gamma;
        parameter.cache_size = settings->cache_size;
        parameter.eps = settings->tolerance;
        parameter.C = 1;
        parameter.nr_weight = 2;
        parameter.weight_label = weighted_labels;
        parameter.weight = costs;
        parameter.shrinking = 1;
        // Never libsvm's own, which divides the rows by `rand()`.
        parameter.probability = 0;
        if (const char *wrong = svm_check_parameter(&problem, &parameter)) {
            throw std::invalid_argument(wrong);
        }
        const std::unique_ptr<svm_model, ModelDeleter> model(svm_train(&problem, &parameter));
        int seen[2];
        svm_get_labels(model.get(), seen);
        // Decision values are positive for the label that was seen first.
        const double sign = seen[0] == 1 ? 1 : -1;
        classical_svm result{};
        result.count = model->l;
        const auto vectors = static_cast<size_t>(model->l);
        std::unique_ptr<int, decltype(&std::free)> indices(
            classical::allocated<int>(vectors), std::free);
        result.coefficients = classical::allocated<double>(vectors);
        result.rows = indices.release();
        for (int index = 0; index < model->l; ++index) {
            result.rows[index] = model->sv_indices[index] - 1;
            result.coefficients[index] = sign * model->sv_coef[0][index];
        }
        result.bias = -sign * model->rho[0];
        *out = result;
    });
}

void classical_free_svm(classical_svm *svm) {
    std::free(svm->rows);
    std::free(svm->coefficients);
    *svm = {};
}

// Linear models, by liblinear.
#include <linear.h>

#include <vector>

#include "guarded.hpp"

classical_status classical_train_linear(
    double *weights, const classical_rows *rows, const classical_linear_settings *settings) {
    return classical::guarded([&] {
        classical::check(*rows);
        set_print_string_function([](const char *) {});
        const int columns = rows->columns;
        // Indices start at 1; a row ends with the constant feature of the bias and the index -1.
        const auto width = static_cast<size_t>(columns) + 2;
        const auto count = static_cast<size_t>(rows->count);
        std::vector<feature_node> nodes(count * width);
        std::vector<feature_node *> starts(count);
        std::vector<double> labels(count);
        for (int index = 0; index < rows->count; ++index) {
            feature_node *node = nodes.data() + static_cast<size_t>(index) * width;
            starts[static_cast<size_t>(index)] = node;
            labels[static_cast<size_t>(index)] = rows->labels[index];
            int column = 0;
            for (const float value : classical::row(*rows, index)) *node++ = {++column, value};
            *node++ = {columns + 1, 1};
            *node = {-1, 0};
        }
        problem problem{};
        problem.l = rows->count;
        problem.n = columns + 1;
        problem.y = labels.data();
        problem.x = starts.data();
        problem.bias = 1;
        int weighted_labels[] = {1, 0};
        double costs[] = {settings->positive_cost, settings->other_cost};
        parameter parameter{};
        parameter.solver_type =
            settings->loss == CLASSICAL_LOGISTIC ? L2R_LR : L2R_L2LOSS_SVC;
        parameter.C = 1;
        parameter.eps = settings->tolerance;
        parameter.p = 0.1;
        parameter.nr_weight = 2;
        parameter.weight_label = weighted_labels;
        parameter.weight = costs;
        if (const char *wrong = check_parameter(&problem, &parameter)) {
            throw std::invalid_argument(wrong);
        }
        model *trained = train(&problem, &parameter);
        // Decision values are positive for the label that was seen first.
        int seen[2];
        get_labels(trained, seen);
        const double sign = seen[0] == 1 ? 1 : -1;
        for (int index = 0; index <= columns; ++index) {
            weights[index] = sign * trained->w[index];
        }
        free_and_destroy_model(&trained);
    });
}

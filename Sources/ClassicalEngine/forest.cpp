// Random forests, by OpenCV.
#include <cmath>
#include <opencv2/ml.hpp>

#include "guarded.hpp"
#include "opencv.hpp"

namespace {

classical_forest copied(const cv::ml::RTrees &forest) {
    const auto &roots = forest.getRoots();
    const auto &nodes = forest.getNodes();
    const auto &splits = forest.getSplits();
    classical_forest result{};
    try {
        const size_t count = nodes.size();
        result.roots = classical::allocated<int>(roots.size());
        result.columns = classical::allocated<int>(count);
        result.left = classical::allocated<int>(count);
        result.right = classical::allocated<int>(count);
        result.thresholds = classical::allocated<float>(count);
        result.votes = classical::allocated<uint8_t>(count);
    } catch (...) {
        classical_free_forest(&result);
        throw;
    }
    result.trees = static_cast<int>(roots.size());
    result.nodes = static_cast<int>(nodes.size());
    std::ranges::copy(roots, result.roots);
    for (size_t index = 0; index < nodes.size(); ++index) {
        const auto &node = nodes[index];
        const bool is_leaf = node.split < 0;
        result.columns[index] = is_leaf ? -1 : splits[static_cast<size_t>(node.split)].varIdx;
        result.thresholds[index] = is_leaf ? 0 : splits[static_cast<size_t>(node.split)].c;
        result.left[index] = is_leaf ? -1 : node.left;
        result.right[index] = is_leaf ? -1 : node.right;
        // The value of a node is the label that most of its rows have.
        result.votes[index] = is_leaf ? static_cast<uint8_t>(std::lround(node.value)) : 0;
    }
    return result;
}

}  // namespace

classical_status classical_train_forest(
    classical_forest *out, const classical_rows *rows, const classical_forest_settings *settings) {
    return classical::guarded_opencv([&] {
        classical::check(*rows);
        const cv::Mat values(
            rows->count, rows->columns, CV_32F, const_cast<float *>(rows->values));
        cv::Mat labels(rows->count, 1, CV_32S);
        for (int index = 0; index < rows->count; ++index) {
            labels.at<int>(index) = rows->labels[index];
        }
        const auto forest = cv::ml::RTrees::create();
        forest->setMaxDepth(settings->depth);
        forest->setMinSampleCount(settings->fewest_rows);
        forest->setActiveVarCount(0);
        // No early stop: the error outside the samples of a tree is not asked for.
        forest->setTermCriteria({cv::TermCriteria::MAX_ITER, settings->trees, 0});
        // The generator belongs to this thread; what it was goes on afterwards.
        cv::RNG &generator = cv::theRNG();
        const uint64_t earlier = generator.state;
        generator.state = settings->seed;
        const bool is_trained = forest->train(values, cv::ml::ROW_SAMPLE, labels);
        generator.state = earlier;
        if (!is_trained) throw std::runtime_error("OpenCV could not train a forest");
        *out = copied(*forest);
    });
}

void classical_free_forest(classical_forest *forest) {
    std::free(forest->roots);
    std::free(forest->columns);
    std::free(forest->left);
    std::free(forest->right);
    std::free(forest->thresholds);
    std::free(forest->votes);
    *forest = {};
}

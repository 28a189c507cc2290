// The functions of cscoring.h.
#include <atomic>

#include "engine.hpp"
#include "guarded.hpp"
#include "threads.hpp"

struct cs_graph_s {
    scoring::Engine engine;
};

namespace {

std::atomic<int> wanted_threads = 0;

}  // namespace

void cs_set_threads(int count) { wanted_threads = count; }

int cs_thread_count(void) {
    static const int at_first = omp_get_max_threads();
    const int wanted = wanted_threads;
    return wanted > 0 ? wanted : at_first;
}

cs_status cs_graph_create(cs_graph *out, const cs_description *description) {
    return scoring::guarded([&] { *out = new cs_graph_s{scoring::Engine(*description)}; });
}

void cs_graph_free(cs_graph graph) { delete graph; }

cs_status cs_graph_shape(cs_graph graph, int result, int height, int width, int shape[3]) {
    return scoring::guarded([&] {
        const auto found = graph->engine.shape(result, height, width);
        shape[0] = static_cast<int>(found.channels);
        shape[1] = static_cast<int>(found.height);
        shape[2] = static_cast<int>(found.width);
    });
}

cs_status cs_graph_prepare(cs_graph graph, int height, int width) {
    return scoring::guarded([&] { graph->engine.prepare(height, width); });
}

cs_status cs_graph_run(
    cs_graph graph, const cs_images *images, int threads, const cs_outputs *outputs) {
    return scoring::guarded([&] {
        const auto count = graph->engine.result_count();
        graph->engine.run(
            *images, threads,
            {{outputs->results, outputs->results + count}, outputs->means, outputs->maxima});
    });
}

#include "engine.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <thread>

#include "threads.hpp"

namespace scoring {

namespace {

/// Images from which on each thread takes some of its own through all layers. Fewer go through one
/// by one: to make operations for two or three takes longer than they save.
constexpr int64_t fewest_for_a_thread = 4;

/// Images of the next part of a batch: a power of two, thus operations for few sizes serve all.
int64_t next_part(int64_t left, int64_t most) {
    if (left < fewest_for_a_thread) return 1;
    return static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(std::min(left, most))));
}

/// The same batch from a number of images on.
cs_images images_after(cs_images images, int64_t first, int64_t planes) {
    const int64_t numbers = first * planes * images.height * images.width;
    if (images.planes != nullptr) images.planes += numbers;
    if (images.bytes != nullptr) images.bytes += numbers;
    return images;
}

}  // namespace

Engine::Engine(const cs_description &description) : graph_(description) {
    // A plan keeps its own operations. What oneDNN 3.2 gives out of its cache, descriptions of
    // convolutions by brgemm, refers to others that may be gone by then.
    static const bool without_cache = [] {
        dnnl::set_primitive_cache_capacity(0);
        return true;
    }();
    (void)without_cache;
    if (description.height > 0) {
        // Packs the weights.
        const int threads = cs_thread_count();
        const Threads own(threads);
        plans_.original({1, description.height, description.width, threads})->make_one();
    }
    graph_.release();
}

void Engine::prepare(int64_t height, int64_t width) {
    const Threads alone(1);
    plans_.original({1, height, width, 1})->make();
}

Shape Engine::shape(int result, int64_t height, int64_t width) const {
    if (result < 0 || result >= static_cast<int>(graph_.results.size())) {
        throw std::invalid_argument("the graph has no result " + std::to_string(result));
    }
    return graph_.shapes(height, width)[graph_.results[result] + 1];
}

std::unique_ptr<Workspace> Engine::take_workspace() {
    const std::lock_guard lock(mutex_);
    if (workspaces_.empty()) return std::make_unique<Workspace>();
    auto result = std::move(workspaces_.back());
    workspaces_.pop_back();
    return result;
}

/// Images worked on at a time: enough that calling the layers costs little beside their work, few
/// enough that memory stays small: the largest tensor has 51 MB in bfloat16. Fewer are slower: at 4
/// a tenth, since weights are read for each chunk anew.
int64_t Engine::most_at_once(const std::vector<Shape> &shapes) const {
    if (graph_.sizes_vary) return 1;
    int64_t largest = 1;
    for (size_t tensor = 1; tensor < shapes.size(); ++tensor) {
        largest = std::max(largest, shapes[tensor].count());
    }
    return std::clamp<int64_t>(32 * 64 * 112 * 112 / largest, 4, 64);
}

void Engine::run_part(
    const cs_images &images, int64_t first, int64_t count, int threads, const Outputs &to) {
    const Threads own(threads);
    auto workspace = take_workspace();
    const auto shapes = graph_.shapes(images.height, images.width);
    const int64_t most = most_at_once(shapes);
    for (int64_t done = 0; done < count;) {
        const Plan::Key key{next_part(count - done, most), images.height, images.width, threads};
        auto plan = plans_.take(key);
        auto part = images_after(images, first + done, graph_.input.planes);
        part.count = key.images;
        Outputs results = to;
        for (size_t index = 0; index < results.results.size(); ++index) {
            results.results[index] += (first + done) * shapes[graph_.results[index] + 1].count();
        }
        if (to.means != nullptr) results.means += (first + done) * graph_.probe_channels();
        plan->run(*workspace, part, results);
        done += key.images;
        plans_.give_back(std::move(plan));
    }
    const std::lock_guard lock(mutex_);
    const size_t most_kept = std::max<size_t>(cs_thread_count(), std::thread::hardware_concurrency());
    if (workspaces_.size() < most_kept) workspaces_.push_back(std::move(workspace));
}

void Engine::run(const cs_images &images, int wanted, const Outputs &to) {
    if (to.maxima != nullptr && graph_.type != dnnl::memory::data_type::f32) {
        throw std::invalid_argument("magnitudes are seen in float32 only");
    }
    const int threads = wanted > 0 ? wanted : cs_thread_count();
    const int64_t count = images.count;
    if (to.maxima != nullptr || threads == 1 || count < threads * fewest_for_a_thread) {
        run_part(images, 0, count, threads, to);
        return;
    }
    // Not layer by layer, where each thread would wait for the slowest.
    const int64_t share = (count + threads - 1) / threads;
    std::vector<std::exception_ptr> failures(threads);
    const auto work = [&](int index) {
        try {
            const int64_t begin = index * share, end = std::min(count, begin + share);
            if (begin < end) run_part(images, begin, end - begin, 1, to);
        } catch (...) {
            failures[index] = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (int index = 1; index < threads; ++index) helpers.emplace_back(work, index);
        work(0);
    }
    for (const auto &failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

}  // namespace scoring

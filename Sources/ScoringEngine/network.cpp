// A residual network that only scores: one call for a batch, layers fused, no gradients.
#include <algorithm>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <thread>

#include "guarded.hpp"
#include "plan.hpp"
#include "threads.hpp"

namespace scoring {

class Network {
  public:
    explicit Network(const cs_description &description);
    void run(const float *planes, int64_t count, int64_t size, const Results &to);

  private:
    void run_chunks(
        const float *planes, int64_t count, int64_t size, int threads, const Results &to);
    template <typename Value>
    std::unique_ptr<Value> take(
        std::list<std::unique_ptr<Value>> &from, const std::function<bool(const Value &)> &fits);

    Layers layers_;
    std::mutex mutex_;
    std::list<std::unique_ptr<Plan>> plans_;  // not in use, the latest first
    std::list<std::unique_ptr<Workspace>> workspaces_;
};

namespace {

std::atomic<int> wanted_threads = 0;

/// Images worked on at a time: enough that calling the layers costs little beside their work, few
/// enough that memory stays small: the stem of 32 images of 224 x 224 pixels gives 51 MB in
/// bfloat16. Fewer are slower: at 4 a tenth, since weights are read for each chunk anew.
int64_t chunk(int64_t size) { return std::clamp<int64_t>(32 * 224 * 224 / (size * size), 4, 64); }

/// Images from which on each thread takes some of its own through all layers. Fewer go through one
/// by one: to make operations for two or three takes longer than they save.
constexpr int64_t fewest_for_a_thread = 4;

/// Plans kept for batches of sizes that were seen; oneDNN keeps the code of some more.
size_t most_plans() { return std::max<size_t>(16, 2 * cs_thread_count()); }
constexpr int most_kept_operations = 64;

}  // namespace

Network::Network(const cs_description &description) : layers_(description) {
    static const bool limited = [] {
        dnnl::set_primitive_cache_capacity(most_kept_operations);
        return true;
    }();
    (void)limited;
    // Packs the weights.
    const int count = cs_thread_count();
    const Threads threads(count);
    plans_.push_back(std::make_unique<Plan>(layers_, Plan::Key{1, description.size, count}));
    plans_.front()->make_one();
    layers_.release();
}

template <typename Value>
std::unique_ptr<Value> Network::take(
    std::list<std::unique_ptr<Value>> &from, const std::function<bool(const Value &)> &fits) {
    const std::lock_guard lock(mutex_);
    for (auto it = from.begin(); it != from.end(); ++it) {
        if (!fits(**it)) continue;
        auto result = std::move(*it);
        from.erase(it);
        return result;
    }
    return nullptr;
}

void Network::run_chunks(
    const float *planes, int64_t count, int64_t size, int threads, const Results &to) {
    const Threads own(threads);
    auto workspace = take<Workspace>(workspaces_, [](const auto &) { return true; });
    if (!workspace) workspace = std::make_unique<Workspace>();
    const int64_t most = count < fewest_for_a_thread ? 1 : chunk(size);
    int64_t chunks = (count + most - 1) / most;
    for (int64_t done = 0; done < count; --chunks) {
        const Plan::Key key{(count - done + chunks - 1) / chunks, size, threads};
        auto plan = take<Plan>(plans_, [&](const auto &known) { return known.key == key; });
        if (!plan) plan = std::make_unique<Plan>(layers_, key);
        plan->run(*workspace, planes + done * size * size, to.after(done, layers_));
        done += key.images;
        const std::lock_guard lock(mutex_);
        plans_.push_front(std::move(plan));
        if (plans_.size() > most_plans()) plans_.pop_back();
    }
    const std::lock_guard lock(mutex_);
    if (static_cast<int>(workspaces_.size()) < cs_thread_count()) {
        workspaces_.push_back(std::move(workspace));
    }
}

void Network::run(const float *planes, int64_t count, int64_t size, const Results &to) {
    if (to.maxima != nullptr && layers_.type != dnnl::memory::data_type::f32) {
        throw std::invalid_argument("magnitudes are seen in float32 only");
    }
    const int threads = cs_thread_count();
    if (to.maxima != nullptr || threads == 1 || count < threads * fewest_for_a_thread) {
        run_chunks(planes, count, size, threads, to);
        return;
    }
    // Not layer by layer, where each thread would wait for the slowest.
    const int64_t share = (count + threads - 1) / threads;
    std::vector<std::exception_ptr> failures(threads);
    const auto work = [&](int index) {
        try {
            const int64_t begin = index * share, end = std::min(count, begin + share);
            if (begin < end) {
                run_chunks(
                    planes + begin * size * size, end - begin, size, 1,
                    to.after(begin, layers_));
            }
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

struct cs_network_s {
    scoring::Network network;
};

void cs_set_threads(int count) { scoring::wanted_threads = count; }

int cs_thread_count(void) {
    static const int at_first = omp_get_max_threads();
    const int wanted = scoring::wanted_threads;
    return wanted > 0 ? wanted : at_first;
}

cs_status cs_network_create(cs_network *out, const cs_description *description) {
    return scoring::guarded([&] { *out = new cs_network_s{scoring::Network(*description)}; });
}

void cs_network_free(cs_network network) { delete network; }

cs_status cs_network_run(
    cs_network network, const float *planes, int64_t count, int64_t size, float *logits,
    float *means, double *maxima) {
    return scoring::guarded(
        [&] { network->network.run(planes, count, size, {logits, means, maxima}); });
}

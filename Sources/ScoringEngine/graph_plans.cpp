#include "graph_plans.hpp"

#include <algorithm>

#include "threads.hpp"

namespace scoring {

std::shared_ptr<GraphPlan> GraphPlans::plan(int64_t height, int64_t width) {
    std::unique_lock lock(mutex_);
    const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const auto &entry) {
        return entry.height == height && entry.width == width;
    });
    if (known != entries_.end()) {
        entries_.splice(entries_.begin(), entries_, known);
        const auto plan = known->plan;
        lock.unlock();
        return plan.get();
    }
    std::packaged_task<std::shared_ptr<GraphPlan>()> task([&] {
        const Threads alone(1);
        return std::make_shared<GraphPlan>(layers, height, width);
    });
    const auto plan = task.get_future().share();
    entries_.push_front({height, width, plan});
    if (entries_.size() > most_plans) entries_.pop_back();
    lock.unlock();
    task();
    try {
        return plan.get();
    } catch (...) {
        lock.lock();
        entries_.remove_if([&](const auto &entry) {
            return entry.height == height && entry.width == width;
        });
        throw;
    }
}

}  // namespace scoring

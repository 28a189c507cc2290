#include "plans.hpp"

#include <algorithm>

#include "threads.hpp"

namespace scoring {

/// Sizes of batches and images whose operations are kept.
size_t Plans::most() const {
    return graph_.sizes_vary ? 12 : std::max<size_t>(16, 2 * cs_thread_count());
}

/// Moves it to the front.
std::list<Plans::Entry>::iterator Plans::find(const Plan::Key &key) {
    const auto known = std::find_if(
        entries_.begin(), entries_.end(), [&](const auto &entry) { return entry.key == key; });
    if (known != entries_.end()) entries_.splice(entries_.begin(), entries_, known);
    return known;
}

std::unique_ptr<Plan> Plans::take(const Plan::Key &key) {
    {
        const std::lock_guard lock(mutex_);
        const auto known = find(key);
        if (known != entries_.end() && !known->idle.empty()) {
            auto plan = std::move(known->idle.back());
            known->idle.pop_back();
            return plan;
        }
    }
    return std::make_unique<Plan>(*original(key));
}

void Plans::give_back(std::unique_ptr<Plan> plan) {
    const std::lock_guard lock(mutex_);
    const auto known = find(plan->key);
    if (known != entries_.end()) known->idle.push_back(std::move(plan));
}

std::shared_ptr<Plan> Plans::original(const Plan::Key &key) {
    std::unique_lock lock(mutex_);
    const auto known = find(key);
    if (known != entries_.end()) {
        const auto original = known->original;
        lock.unlock();
        return original.get();
    }
    std::packaged_task<std::shared_ptr<Plan>()> task([&] {
        const Threads own(key.threads);
        return std::make_shared<Plan>(graph_, key);
    });
    const auto original = task.get_future().share();
    entries_.push_front({key, original, {}});
    if (entries_.size() > most()) entries_.pop_back();
    lock.unlock();
    task();
    try {
        return original.get();
    } catch (...) {
        lock.lock();
        entries_.remove_if([&](const auto &entry) { return entry.key == key; });
        throw;
    }
}

}  // namespace scoring

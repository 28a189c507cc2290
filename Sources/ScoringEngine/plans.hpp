// The plans for sizes that were seen, which threads share, each in a copy of its own.
#pragma once

#include <future>
#include <list>
#include <mutex>

#include "plan.hpp"

namespace scoring {

class Plans {
  public:
    explicit Plans(Graph &graph) : graph_(graph) {}

    /// A plan that no other thread uses; to be given back.
    std::unique_ptr<Plan> take(const Plan::Key &key);
    void give_back(std::unique_ptr<Plan> plan);
    /// The plan that others are copied from, which never runs: it is made once, and whoever else
    /// asks meanwhile waits for it.
    std::shared_ptr<Plan> original(const Plan::Key &key);

  private:
    struct Entry {
        Plan::Key key;
        std::shared_future<std::shared_ptr<Plan>> original;
        std::list<std::unique_ptr<Plan>> idle;
    };

    std::list<Entry>::iterator find(const Plan::Key &key);
    size_t most() const;

    Graph &graph_;
    std::mutex mutex_;
    /// The one asked for last in front.
    std::list<Entry> entries_;
};

}  // namespace scoring

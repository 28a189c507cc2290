// Batches over threads and plans.
#pragma once

#include "plans.hpp"

namespace scoring {

class Engine {
  public:
    explicit Engine(const cs_description &description);
    /// For runs on one thread.
    void prepare(int64_t height, int64_t width);
    /// @param threads 0 for `cs_thread_count()`.
    void run(const cs_images &images, int threads, const Outputs &to);
    size_t result_count() const { return graph_.results.size(); }
    Shape shape(int result, int64_t height, int64_t width) const;

  private:
    /// Some images of a batch, from the given one on.
    void run_part(
        const cs_images &images, int64_t first, int64_t count, int threads, const Outputs &to);
    int64_t most_at_once(const std::vector<Shape> &shapes) const;
    std::unique_ptr<Workspace> take_workspace();

    Graph graph_;
    Plans plans_{graph_};
    std::mutex mutex_;
    std::vector<std::unique_ptr<Workspace>> workspaces_;  // not in use
};

}  // namespace scoring

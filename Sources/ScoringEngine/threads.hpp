// How many threads oneDNN takes.
#pragma once

// Of libgomp, which oneDNN computes with.
extern "C" void omp_set_num_threads(int count);
extern "C" int omp_get_max_threads(void);

namespace scoring {

/// The number of threads that oneDNN takes for operations that this thread makes and runs, until
/// the end of the scope: the number belongs to the thread, and others compute on it too.
class Threads {
  public:
    explicit Threads(int count) : before_(omp_get_max_threads()) { omp_set_num_threads(count); }
    ~Threads() { omp_set_num_threads(before_); }
    Threads(const Threads &) = delete;
    Threads &operator=(const Threads &) = delete;

  private:
    int before_;
};

}  // namespace scoring

// Memory of tensors on the processor. A training step asks for the same large blocks each time:
// they come from a range of their own, where no small ones lie between them, and stay the
// process's until it ends, for the system would have to clear them anew.
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <c10/util/Exception.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace {

// Smaller ones are left to malloc.
constexpr size_t large = size_t{1} << 20;
constexpr size_t page = size_t{4} << 10;
// Of what is made writable at a time.
constexpr size_t stretch = size_t{64} << 20;
// Before each block: its length. As long as a cache line, so that blocks stay aligned.
constexpr size_t header = 64;

// Best fit, and what is freed joins its neighbours.
class Range {
  public:
    Range() {
        // Addresses alone, as many as there is memory, or half of what is allowed.
        size_t length = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * page;
        rlimit limit;
        if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
            length = std::min<size_t>(length, limit.rlim_cur / 2 / page * page);
        }
        void *const start = mmap(
            nullptr, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (start == MAP_FAILED) return;
        writable = static_cast<char *>(start);
        end = writable + length;
        insert(writable, length);
    }

    // Null where nothing is left.
    char *take(size_t length) {
        const std::lock_guard guard(lock);
        const auto fitting = by_length.lower_bound({length, nullptr});
        if (fitting == by_length.end()) return nullptr;
        const auto [whole, block] = *fitting;
        if (!make_writable(block + length)) return nullptr;
        erase(block, whole);
        if (whole > length) insert(block + length, whole - length);
        return block;
    }

    void give_back(char *block, size_t length) {
        const std::lock_guard guard(lock);
        const auto after = by_address.lower_bound(block);
        if (after != by_address.begin()) {
            const auto [before, its_length] = *std::prev(after);
            if (before + its_length == block) {
                erase(before, its_length);
                block = before;
                length += its_length;
            }
        }
        const auto next = by_address.lower_bound(block);
        if (next != by_address.end() && block + length == next->first) {
            const auto [address, its_length] = *next;
            erase(address, its_length);
            length += its_length;
        }
        insert(block, length);
    }

  private:
    bool make_writable(char *until) {
        if (until <= writable) return true;
        const size_t missing = static_cast<size_t>(until - writable);
        const size_t length = std::min<size_t>(
            (missing + stretch - 1) / stretch * stretch, static_cast<size_t>(end - writable));
        if (mprotect(writable, length, PROT_READ | PROT_WRITE) != 0) return false;
        writable += length;
        return true;
    }

    void insert(char *block, size_t length) {
        by_address.emplace(block, length);
        by_length.emplace(length, block);
    }

    void erase(char *block, size_t length) {
        by_address.erase(block);
        by_length.erase({length, block});
    }

    std::mutex lock;
    // What lies before is writable; where the range ends.
    char *writable = nullptr, *end = nullptr;
    // Of what is free.
    std::map<char *, size_t> by_address;
    std::set<std::pair<size_t, char *>> by_length;
};

// Tensors may be freed while the program ends.
Range &range() {
    static auto *const all = new Range;
    return *all;
}

void release(void *data) {
    if (data == nullptr) return;
    char *const block = static_cast<char *>(data) - header;
    const size_t length = *reinterpret_cast<size_t *>(block);
    if (length > 0) {
        range().give_back(block, length);
    } else {
        c10::free_cpu(block);
    }
}

struct RangeAllocator final : c10::Allocator {
    at::DataPtr allocate(size_t count) override {
        if (count == 0) return {nullptr, nullptr, &release, at::Device(at::kCPU)};
        TORCH_CHECK(count <= SIZE_MAX / 2, "a tensor of ", count, " bytes");
        size_t length = (count + header + page - 1) / page * page;
        char *block = length >= large ? range().take(length) : nullptr;
        if (block == nullptr) {
            block = static_cast<char *>(c10::alloc_cpu(count + header));
            length = 0;
        }
        *reinterpret_cast<size_t *>(block) = length;
        return {block + header, block + header, &release, at::Device(at::kCPU)};
    }

    at::DeleterFnPtr raw_deleter() const override { return &release; }

    void copy_data(void *target, const void *source, size_t count) const override {
        default_copy_data(target, source, count);
    }
};

[[maybe_unused]] const bool installed = [] {
    c10::SetCPUAllocator(new RangeAllocator, 1);
    return true;
}();

}  // namespace

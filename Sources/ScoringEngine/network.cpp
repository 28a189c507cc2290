// A residual network that only scores: one call for a batch, layers fused, no gradients.
#include <atomic>
#include <cstdlib>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "cells.hpp"
#include "convolution.hpp"

// Of libgomp, which oneDNN computes with.
extern "C" void omp_set_num_threads(int count);
extern "C" int omp_get_max_threads(void);

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

/// Memory of one thread at work, which its plans share.
class Workspace {
  public:
    /// Three tensors are alive at a time, and what an operation needs for itself.
    static constexpr int tensors = 3;
    static constexpr int scratchpad = 3;

    void *slot(int index, size_t bytes) {
        auto &slot = slots_[index];
        if (slot.bytes < bytes) {
            slot.data.reset();
            slot.data.reset(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
            if (!slot.data) throw std::bad_alloc();
            slot.bytes = bytes;
        }
        return slot.data.get();
    }

  private:
    struct Free {
        void operator()(void *data) const { std::free(data); }
    };
    struct Slot {
        std::unique_ptr<void, Free> data;
        size_t bytes = 0;
    };
    Slot slots_[4];
};

class Network;

/// The operations for batches of one size, on one number of threads.
class Plan {
  public:
    /// What the plan is for.
    struct Key {
        int64_t images;
        int64_t size;
        int threads;
        bool operator==(const Key &) const = default;
    };
    const Key key;

    Plan(Network &network, Key key);
    void run(Workspace &workspace, const float *planes, float *logits, double *maxima);

  private:
    struct Step {
        dnnl::primitive operation;
        std::unordered_map<int, memory> arguments;
        /// Which convolution this is in the list of the network's, or -1.
        int convolution;
    };
    /// A tensor in one of the slots of a workspace.
    struct Placed {
        memory tensor;
        int slot;
    };

    Placed &place(const memory::desc &desc, int slot);
    void add(dnnl::primitive operation, std::unordered_map<int, memory> arguments, int convolution);
    Placed convolve(int index, const Placed &input, int slot, bool relu);
    void convolve_onto(int index, const Placed &input, const Layout &added, memory target);

    Network &network_;
    std::vector<Step> steps_;
    std::vector<Placed> placed_;
    memory cells_;
    memory features_;  // float32, channels last
};

class Network {
  public:
    struct Block {
        int first;
        int second;
        /// -1 where the input itself is added.
        int shortcut;
    };

    explicit Network(const cs_description &description);
    void run(const float *planes, int64_t count, int64_t size, float *logits, double *maxima);

    const Type type;
    const float pixel_scale;
    const float pixel_offset;
    const Quantization input;
    std::list<Convolution> convolutions;
    std::vector<Convolution *> list;
    std::vector<Block> blocks;
    std::vector<float> head_weight;  // [outputs, channels]
    std::vector<float> head_bias;

    int64_t outputs() const { return static_cast<int64_t>(head_bias.size()); }

  private:
    void run_chunks(
        const float *planes, int64_t count, int64_t size, int threads, float *logits,
        double *maxima);
    template <typename Value>
    std::unique_ptr<Value> take(
        std::list<std::unique_ptr<Value>> &from, const std::function<bool(const Value &)> &fits);

    std::mutex mutex_;
    std::list<std::unique_ptr<Plan>> plans_;  // not in use, the latest first
    std::list<std::unique_ptr<Workspace>> workspaces_;
};

namespace {

std::string &last_error() {
    thread_local std::string message;
    return message;
}

std::atomic<int> wanted_threads = 0;

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

/// Images worked on at a time: enough that calling the layers costs little beside their work, few
/// enough that memory stays small: the stem of 32 images of 224 x 224 pixels gives 51 MB in
/// bfloat16. Fewer are slower: at 4 a tenth, since weights are read for each chunk anew.
int64_t chunk(int64_t size) { return std::clamp<int64_t>(32 * 224 * 224 / (size * size), 4, 64); }

/// Images from which on each thread takes some of its own through all layers.
constexpr int64_t fewest_for_a_thread = 4;

/// Plans kept for batches of sizes that were seen; oneDNN keeps the code of some more.
size_t most_plans() { return std::max<size_t>(16, 2 * cs_thread_count()); }
constexpr int most_kept_operations = 256;

Type element_type(int dtype) {
    switch (dtype) {
        case CS_FLOAT32: return Type::f32;
        case CS_BFLOAT16: return Type::bf16;
        case CS_INT8: return Type::u8;
        default: throw std::invalid_argument("no scoring in elements of type " + std::to_string(dtype));
    }
}

/// Codes of non-negative numbers up to `range`; other elements than uint8 are numbers themselves.
Quantization from_zero(double range, Type type) {
    if (type != Type::u8) return {};
    return {static_cast<float>(std::max(range, 1e-12) / 255), 0};
}
/// Codes of numbers of both signs.
Quantization around_zero(double range, Type type) {
    if (type != Type::u8) return {};
    return {static_cast<float>(std::max(range, 1e-12) / 127), 128};
}

template <typename Body>
cs_status guarded(Body &&body) noexcept {
    try {
        body();
        return CS_OK;
    } catch (const std::exception &error) {
        last_error() = error.what();
    } catch (...) {
        last_error() = "unknown C++ exception";
    }
    return CS_ERROR;
}

}  // namespace

// --- Network

Network::Network(const cs_description &description)
    : type(element_type(description.dtype)),
      pixel_scale(static_cast<float>(description.pixel_scale)),
      pixel_offset(static_cast<float>(description.pixel_offset)),
      input(around_zero(description.input_range, type)) {
    static const bool limited = [] {
        dnnl::set_primitive_cache_capacity(most_kept_operations);
        return true;
    }();
    (void)limited;
    const auto make = [&](Quantization source, bool from_zero_on) {
        const auto index = static_cast<int>(list.size());
        if (index == description.convolution_count) {
            throw std::invalid_argument("the network has too few convolutions");
        }
        const auto &from = description.convolutions[index];
        const auto target =
            from_zero_on ? from_zero(from.output_range, type) : around_zero(from.output_range, type);
        list.push_back(&convolutions.emplace_back(from, type, source, target));
        return index;
    };
    auto source = list[make(input, true)]->target();
    for (int number = 0; number < description.block_count; ++number) {
        Block block{.first = make(source, true), .second = 0, .shortcut = -1};
        block.second = make(list[block.first]->target(), true);
        if (description.has_shortcut[number]) block.shortcut = make(source, false);
        source = list[block.second]->target();
        blocks.push_back(block);
    }
    if (static_cast<int>(list.size()) != description.convolution_count) {
        throw std::invalid_argument("the network has too many convolutions");
    }
    if (blocks.empty()) throw std::invalid_argument("the network has no block");
    const auto &last = description.convolutions[blocks.back().second];
    head_weight.assign(
        description.head_weight, description.head_weight + description.outputs * last.outputs);
    head_bias.assign(description.head_bias, description.head_bias + description.outputs);
    // Packs the weights.
    const Threads threads(cs_thread_count());
    plans_.push_back(
        std::make_unique<Plan>(*this, Plan::Key{1, description.size, cs_thread_count()}));
    for (auto &convolution : convolutions) convolution.release();
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
    const float *planes, int64_t count, int64_t size, int threads, float *logits, double *maxima) {
    const Threads own(threads);
    auto workspace = take<Workspace>(workspaces_, [](const auto &) { return true; });
    if (!workspace) workspace = std::make_unique<Workspace>();
    int64_t chunks = (count + chunk(size) - 1) / chunk(size);
    for (int64_t done = 0; done < count; --chunks) {
        const Plan::Key key{(count - done + chunks - 1) / chunks, size, threads};
        auto plan = take<Plan>(plans_, [&](const auto &known) { return known.key == key; });
        if (!plan) plan = std::make_unique<Plan>(*this, key);
        plan->run(*workspace, planes + done * size * size, logits + done * outputs(), maxima);
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

void Network::run(
    const float *planes, int64_t count, int64_t size, float *logits, double *maxima) {
    if (maxima != nullptr && type != Type::f32) {
        throw std::invalid_argument("magnitudes are seen in float32 only");
    }
    const int threads = cs_thread_count();
    if (maxima != nullptr || threads == 1 || count < threads * fewest_for_a_thread) {
        run_chunks(planes, count, size, threads, logits, maxima);
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
                    planes + begin * size * size, end - begin, size, 1, logits + begin * outputs(),
                    nullptr);
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

// --- Plan

Plan::Placed &Plan::place(const memory::desc &desc, int slot) {
    return placed_.emplace_back(memory(desc, processor(), DNNL_MEMORY_NONE), slot);
}

void Plan::add(
    dnnl::primitive operation, std::unordered_map<int, memory> arguments, int convolution) {
    steps_.push_back({std::move(operation), std::move(arguments), convolution});
}

Plan::Placed Plan::convolve(int index, const Placed &input, int slot, bool relu) {
    auto &convolution = *network_.list[index];
    const auto description = convolution.describe(input.tensor.get_desc(), std::nullopt, relu);
    const auto output = place(description.dst_desc(), slot);
    const auto scratchpad = place(description.scratchpad_desc(), Workspace::scratchpad);
    auto arguments = convolution.constants(description);
    arguments[DNNL_ARG_SRC] = input.tensor;
    arguments[DNNL_ARG_DST] = output.tensor;
    arguments[DNNL_ARG_SCRATCHPAD] = scratchpad.tensor;
    add(dnnl::convolution_forward(description), std::move(arguments), index);
    return output;
}

void Plan::convolve_onto(int index, const Placed &input, const Layout &added, memory target) {
    auto &convolution = *network_.list[index];
    const auto description = convolution.describe(input.tensor.get_desc(), added, /*relu=*/true);
    const auto scratchpad = place(description.scratchpad_desc(), Workspace::scratchpad);
    auto arguments = convolution.constants(description);
    arguments[DNNL_ARG_SRC] = input.tensor;
    arguments[DNNL_ARG_DST] = target;
    arguments[DNNL_ARG_SCRATCHPAD] = scratchpad.tensor;
    add(dnnl::convolution_forward(description), std::move(arguments), index);
}

Plan::Plan(Network &network, Key key) : key(key), network_(network) {
    const auto &stem = *network.list[0];
    const int64_t width = cells_along(key.size);
    const auto cells =
        place({{key.images, stem.inputs(), width, width}, network.type, Tag::nhwc}, 0);
    cells_ = cells.tensor;
    auto x = convolve(0, cells, 1, /*relu=*/true);
    auto quantization = stem.target();
    {
        const auto shape = x.tensor.get_desc().get_dims();
        const memory::dims pooled = {
            shape[0], shape[1], (shape[2] + 1) / 2, (shape[3] + 1) / 2};
        // An even side has its padding before the first place alone.
        const int64_t after = shape[2] % 2;
        const dnnl::pooling_forward::primitive_desc description(
            processor(), dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_max,
            x.tensor.get_desc(), {pooled, network.type, Tag::any}, {2, 2}, {3, 3}, {0, 0}, {1, 1},
            {after, after}, own_scratchpad());
        const auto output = place(description.dst_desc(), 0);
        const auto scratchpad = place(description.scratchpad_desc(), Workspace::scratchpad);
        add(dnnl::pooling_forward(description),
            {{DNNL_ARG_SRC, x.tensor},
             {DNNL_ARG_DST, output.tensor},
             {DNNL_ARG_SCRATCHPAD, scratchpad.tensor}},
            -1);
        x = output;
    }
    for (const auto &block : network.blocks) {
        // The two slots that x is not in.
        const int other = (x.slot + 1) % Workspace::tensors;
        const int third = (x.slot + 2) % Workspace::tensors;
        const auto hidden = convolve(block.first, x, other, /*relu=*/true);
        if (block.shortcut >= 0) {
            x = convolve(block.shortcut, x, third, /*relu=*/false);
            quantization = network.list[block.shortcut]->target();
        }
        convolve_onto(block.second, hidden, {x.tensor.get_desc(), quantization}, x.tensor);
        quantization = network.list[block.second]->target();
    }
    const auto features = place(
        {x.tensor.get_desc().get_dims(), Type::f32, Tag::nhwc}, (x.slot + 1) % Workspace::tensors);
    features_ = features.tensor;
    const dnnl::reorder::primitive_desc description(
        processor(), x.tensor.get_desc(), processor(), features_.get_desc(), own_scratchpad());
    const auto scratchpad = place(description.scratchpad_desc(), Workspace::scratchpad);
    add(dnnl::reorder(description),
        {{DNNL_ARG_FROM, x.tensor},
         {DNNL_ARG_TO, features_},
         {DNNL_ARG_SCRATCHPAD, scratchpad.tensor}},
        -1);
}

void Plan::run(Workspace &workspace, const float *planes, float *logits, double *maxima) {
    for (int slot = 0; slot <= Workspace::scratchpad; ++slot) {
        size_t bytes = 0;
        for (const auto &placed : placed_) {
            if (placed.slot == slot) bytes = std::max(bytes, placed.tensor.get_desc().get_size());
        }
        void *data = workspace.slot(slot, bytes);
        for (auto &placed : placed_) {
            if (placed.slot == slot) placed.tensor.set_data_handle(data);
        }
    }
    const auto fill = [&](auto example) {
        fill_cells(
            planes, key.images, key.size, network_.list[0]->inputs(), network_.pixel_scale,
            network_.pixel_offset, network_.input,
            static_cast<decltype(example) *>(cells_.get_data_handle()));
    };
    switch (network_.type) {
        case Type::u8: fill(uint8_t{}); break;
        case Type::bf16: fill(BFloat16{}); break;
        default: fill(float{});
    }
    dnnl::stream stream(processor());
    for (auto &step : steps_) {
        step.operation.execute(stream, step.arguments);
        if (maxima == nullptr || step.convolution < 0) continue;
        const auto &output = step.arguments[DNNL_ARG_DST];
        const auto *elements = static_cast<const float *>(output.get_data_handle());
        const size_t count = output.get_desc().get_size() / sizeof(float);
        auto &largest = maxima[step.convolution];
        for (size_t i = 0; i < count; ++i) {
            largest = std::max(largest, std::abs(static_cast<double>(elements[i])));
        }
    }
    stream.wait();

    const auto shape = features_.get_desc().get_dims();
    const int64_t channels = shape[1], places = shape[2] * shape[3];
    const auto *element = static_cast<const float *>(features_.get_data_handle());
    const auto last = network_.list[network_.blocks.back().second]->target();
    const float factor = last.scale / static_cast<float>(places);
    std::vector<float> mean(channels);
    for (int64_t image = 0; image < key.images; ++image) {
        std::fill(mean.begin(), mean.end(), 0.0f);
        for (int64_t place = 0; place < places; ++place) {
            for (int64_t c = 0; c < channels; ++c) mean[c] += *element++;
        }
        const auto *weight = network_.head_weight.data();
        for (int64_t output = 0; output < network_.outputs(); ++output) {
            double sum = 0;
            for (int64_t c = 0; c < channels; ++c) sum += double(mean[c]) * *weight++;
            *logits++ = static_cast<float>(sum * factor + network_.head_bias[output]);
        }
    }
}

}  // namespace scoring

struct cs_network_s {
    scoring::Network network;
};

const char *cs_last_error(void) { return scoring::last_error().c_str(); }

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
    double *maxima) {
    return scoring::guarded([&] { network->network.run(planes, count, size, logits, maxima); });
}

// A residual network that only scores: one call for a batch, layers fused, no gradients.
#include <ATen/Parallel.h>
#include <ATen/ops/addmm.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>

#include "fused.hpp"

namespace {

/// Images worked on at a time: enough that calling the layers costs little beside their work, few
/// enough that memory stays small: the stem of 32 images of 224 x 224 pixels gives 51 MB in
/// bfloat16. Fewer are slower: at 4 a tenth, since weights are read for each chunk anew.
int64_t chunk(int64_t size) { return std::clamp<int64_t>(32 * 224 * 224 / (size * size), 4, 64); }

/// Images from which on each thread takes some of its own through all layers.
constexpr int64_t fewest_for_a_thread = 4;

struct Block {
    ct::FusedConvolution first;
    ct::FusedConvolution second;
    std::optional<ct::FusedConvolution> shortcut;
};

/// Raises the largest magnitudes that were seen, where they are wanted.
struct Observer {
    double *next;

    void operator()(const at::Tensor &output) {
        if (next == nullptr) return;
        *next = std::max(*next, output.abs().max().to(at::kDouble).item<double>());
        ++next;
    }
};

}  // namespace

struct ct_engine_s {
    at::ScalarType dtype;
    float pixel_scale;
    float pixel_offset;
    ct::Quantization input;
    std::vector<ct::FusedConvolution> stem;
    std::vector<Block> blocks;
    at::Tensor head_weight;  // [inputs, outputs]
    at::Tensor head_bias;
    int64_t convolutions;
    /// Side of the images that the weights are packed for.
    int64_t packed_size = 0;

    explicit ct_engine_s(const ct_network &network);
    void pack(int64_t size);
    at::Tensor run(const float *planes, int64_t count, int64_t size, double *maxima) const;
};

namespace {

/// Codes of non-negative numbers up to `range`.
ct::Quantization from_zero(double range) { return {std::max(range, 1e-12) / 255, 0}; }
/// Codes of numbers of both signs.
ct::Quantization around_zero(double range) { return {std::max(range, 1e-12) / 127, 128}; }

}  // namespace

ct_engine_s::ct_engine_s(const ct_network &network)
    : dtype(network.dtype == CT_INT8 ? at::kByte : ct::scalar_type(network.dtype)),
      pixel_scale(static_cast<float>(network.pixel_scale)),
      pixel_offset(static_cast<float>(network.pixel_offset)),
      input(around_zero(network.input_range)), convolutions(network.convolution_count) {
    const ct_convolution *next = network.convolutions;
    const ct_convolution *end = next + network.convolution_count;
    const auto make = [&](ct::Quantization source, bool from_zero_on) {
        TORCH_CHECK(next != end, "the network has too few convolutions: ", convolutions);
        const auto target =
            from_zero_on ? from_zero(next->output_range) : around_zero(next->output_range);
        return ct::FusedConvolution(*next++, dtype, source, target);
    };
    stem.push_back(make(input, true));
    auto source = stem.front().target();
    for (int block = 0; block < network.block_count; ++block) {
        auto first = make(source, true);
        auto second = make(first.target(), true);
        std::optional<ct::FusedConvolution> shortcut;
        if (network.has_shortcut[block]) shortcut = make(source, false);
        source = second.target();
        blocks.push_back({std::move(first), std::move(second), std::move(shortcut)});
    }
    TORCH_CHECK(next == end, "the network has too many convolutions: ", convolutions);
    head_weight = network.head_weight->value.detach().to(at::kFloat).t().contiguous();
    head_bias = network.head_bias->value.detach().to(at::kFloat).contiguous();
}

void ct_engine_s::pack(int64_t size) {
    if (size == packed_size) return;
    const int64_t images = chunk(size);
    int64_t side = (size + 1) / 2 + 3;
    stem.front().pack({images, stem.front().inputs(), side, side});
    side = (side - 3 + 1) / 2;
    for (auto &block : blocks) {
        block.first.pack({images, block.first.inputs(), side, side});
        const int64_t before = side;
        if (block.shortcut) side = (side + 1) / 2;
        block.second.pack({images, block.second.inputs(), side, side});
        if (block.shortcut) {
            block.shortcut->pack({images, block.shortcut->inputs(), before, before});
        }
    }
    packed_size = size;
}

at::Tensor ct_engine_s::run(
    const float *planes, int64_t count, int64_t size, double *maxima) const {
    Observer observe{maxima};
    const auto &first = stem.front();
    auto x = first(
        ct::space_to_depth(
            planes, count, size, first.inputs(), pixel_scale, pixel_offset, dtype, input),
        /*relu=*/true);
    observe(x);
    x = ct::max_pool(x);
    auto quantization = first.target();
    for (const auto &block : blocks) {
        const auto hidden = block.first(x, /*relu=*/true);
        observe(hidden);
        at::Tensor shortcut;
        if (block.shortcut) {
            shortcut = (*block.shortcut)(x, /*relu=*/false);
            quantization = block.shortcut->target();
        } else {
            shortcut = x;
        }
        // The order of the list: both convolutions, then the shortcut.
        Observer later{observe.next == nullptr ? nullptr : observe.next + 1};
        if (block.shortcut) later(shortcut);
        x = block.second.add_to(shortcut, quantization, hidden);
        observe(x);
        if (block.shortcut) observe = later;
        quantization = block.second.target();
    }
    return at::addmm(head_bias, ct::mean_over_space(x, quantization), head_weight);
}

bool ct_engine_supports(int dtype) {
    bool result = false;
    (void)ct::guarded([&] {
#if defined(__x86_64__)
        __builtin_cpu_init();
        const bool has_hardware =
            dtype == CT_FLOAT32 || (dtype == CT_BFLOAT16 && ct_cpu_has_bfloat16()) ||
            // Without these, products of eight bits saturate on their way to the sum.
            (dtype == CT_INT8 && __builtin_cpu_supports("avx512vnni"));
        result = has_hardware && ct::has_fused_operations(dtype == CT_INT8);
#endif
    });
    return result;
}

ct_status ct_engine_create(ct_engine *out, const ct_network *network) {
    return ct::guarded([&] {
        const c10::InferenceMode mode;
        *out = new ct_engine_s(*network);
    });
}

void ct_engine_free(ct_engine engine) { delete engine; }

ct_status ct_engine_run(
    ct_engine engine, const float *planes, int64_t count, int64_t size, float *logits,
    double *maxima) {
    return ct::guarded([&] {
        const c10::InferenceMode mode;
        engine->pack(size);
        const int64_t outputs = engine->head_bias.size(0);
        const auto work = [&](int64_t begin, int64_t end, double *seen) {
            const int64_t most = chunk(size);
            for (int64_t start = begin; start < end; start += most) {
                const int64_t images = std::min(most, end - start);
                const auto part = engine->run(planes + start * size * size, images, size, seen);
                std::copy_n(
                    part.const_data_ptr<float>(), images * outputs, logits + start * outputs);
            }
        };
        const int64_t threads = at::get_num_threads();
        if (maxima != nullptr || threads == 1 || count < threads * fewest_for_a_thread) {
            work(0, count, maxima);
        } else {
            // Not layer by layer, where each would wait for the slowest.
            at::parallel_for(0, count, (count + threads - 1) / threads, [&](int64_t a, int64_t b) {
                const c10::InferenceMode own_mode;
                work(a, b, nullptr);
            });
        }
    });
}

#include "fused.hpp"

#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <array>

namespace {

using Ints = at::IntArrayRef;
using Text = std::string_view;
using Maybe = std::optional<at::Tensor>;
using Scalars = c10::List<std::optional<at::Scalar>>;
using IntList = c10::List<int64_t>;

using Convolve = at::Tensor(
    const at::Tensor &, const at::Tensor &, const Maybe &, Ints, Ints, Ints, int64_t, Text,
    Scalars, std::optional<Text>);
using ConvolveInto = at::Tensor &(
    at::Tensor &, const at::Tensor &, const at::Tensor &, const Maybe &, Ints, Ints, Ints, int64_t,
    Text, std::optional<at::Scalar>, std::optional<Text>, Scalars, std::optional<Text>);
using Reorder = at::Tensor(
    const at::Tensor &, Ints, Ints, Ints, int64_t, at::OptionalIntArrayRef);
using QuantizedReorder = at::Tensor(
    at::Tensor, at::Tensor, double, int64_t, IntList, IntList, IntList, int64_t,
    std::optional<IntList>);
using QuantizedConvolve = at::Tensor(
    at::Tensor, double, int64_t, at::Tensor, at::Tensor, at::Tensor, Maybe, IntList, IntList,
    IntList, int64_t, double, int64_t, std::optional<c10::ScalarType>, Text, Scalars,
    std::optional<Text>);
using QuantizedConvolveInto = at::Tensor(
    at::Tensor, double, int64_t, at::Tensor, at::Tensor, at::Tensor, at::Tensor, Maybe, IntList,
    IntList, IntList, int64_t, double, int64_t, std::optional<c10::ScalarType>, double, int64_t,
    Text, std::optional<at::Scalar>, std::optional<Text>, Scalars, std::optional<Text>);

template <typename Signature>
auto operation(const char *name, const char *overload = "") {
    return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

std::array<int64_t, 2> both(int64_t value) { return {value, value}; }
IntList list(int64_t value) { return IntList({value, value}); }

}  // namespace

namespace ct {

bool has_fused_operations(bool int8) {
    if (!at::globalContext().hasMKLDNN() || !at::globalContext().userEnabledMkldnn()) return false;
    auto &dispatcher = c10::Dispatcher::singleton();
    const auto has = [&](const char *name, const char *overload) {
        return dispatcher.findSchema({name, overload}).has_value();
    };
    return int8 ? has("onednn::qconv_prepack", "") && has("onednn::qconv2d_pointwise", "") &&
                      has("onednn::qconv2d_pointwise", "binary")
                : has("mkldnn::_convolution_pointwise", "") &&
                      has("mkldnn::_convolution_pointwise_", "binary") &&
                      has("mkldnn::_reorder_convolution_weight", "");
}

FusedConvolution::FusedConvolution(
    const ct_convolution &from, at::ScalarType dtype, Quantization source, Quantization target)
    : dtype_(dtype), source_(source), target_(target), stride_(from.stride),
      padding_(from.padding) {
    const auto &weight = from.weight->value;
    TORCH_CHECK(weight.dim() == 4, "expected weights [O, I, K, K], got ", weight.sizes());
    const int64_t outputs = weight.size(0);
    inputs_ = weight.size(1);
    auto bias = at::empty({outputs}, at::kFloat);
    auto scales = at::empty({outputs}, at::kFloat);
    for (int64_t o = 0; o < outputs; ++o) {
        bias.mutable_data_ptr<float>()[o] = static_cast<float>(from.bias[o]);
        scales.mutable_data_ptr<float>()[o] = static_cast<float>(from.factors[o]);
    }
    if (dtype == at::kByte) {
        TORCH_CHECK(weight.scalar_type() == at::kChar, "expected int8 weights");
        plain_ = weight.contiguous();
        bias_ = bias;
        scales_ = scales;
        zero_points_ = at::zeros({outputs}, at::kLong);
        return;
    }
    // Multiplied in double and rounded once to float32, then where needed to bfloat16.
    auto folded = weight.detach().to(at::kFloat, false, /*copy=*/true).contiguous();
    auto *element = folded.mutable_data_ptr<float>();
    const int64_t count = outputs == 0 ? 0 : folded.numel() / outputs;
    for (int64_t o = 0; o < outputs; ++o) {
        const double factor = from.factors[o];
        for (int64_t i = 0; i < count; ++i, ++element) {
            *element = static_cast<float>(*element * factor);
        }
    }
    plain_ = folded.to(dtype).contiguous(at::MemoryFormat::ChannelsLast);
    bias_ = bias.to(dtype);
}

void FusedConvolution::pack(at::IntArrayRef shape) {
    if (dtype_ == at::kByte) {
        static const auto reorder = operation<QuantizedReorder>("onednn::qconv_prepack");
        packed_ = reorder.call(
            plain_, scales_, source_.scale, source_.zero_point, list(stride_), list(padding_),
            list(1), 1, IntList({shape[0], shape[1], shape[2], shape[3]}));
        return;
    }
    static const auto reorder = operation<Reorder>("mkldnn::_reorder_convolution_weight");
    packed_ = reorder.call(plain_, both(padding_), both(stride_), both(1), 1, shape);
}

at::Tensor FusedConvolution::operator()(const at::Tensor &input, bool relu) const {
    const Text attribute = relu ? "relu" : "none";
    if (dtype_ == at::kByte) {
        static const auto convolve = operation<QuantizedConvolve>("onednn::qconv2d_pointwise");
        return convolve.call(
            input, source_.scale, source_.zero_point, packed_, scales_, zero_points_, bias_,
            list(stride_), list(padding_), list(1), 1, target_.scale, target_.zero_point, at::kByte,
            attribute, Scalars(), "");
    }
    static const auto convolve = operation<Convolve>("mkldnn::_convolution_pointwise");
    return convolve.call(
        input, packed_, bias_, both(padding_), both(stride_), both(1), 1, attribute, Scalars(), "");
}

at::Tensor FusedConvolution::add_to(
    at::Tensor other, Quantization other_quantization, const at::Tensor &input) const {
    if (dtype_ == at::kByte) {
        static const auto convolve =
            operation<QuantizedConvolveInto>("onednn::qconv2d_pointwise", "binary");
        return convolve.call(
            input, source_.scale, source_.zero_point, packed_, scales_, zero_points_, other, bias_,
            list(stride_), list(padding_), list(1), 1, target_.scale, target_.zero_point, at::kByte,
            other_quantization.scale, other_quantization.zero_point, "sum", 1.0, "relu", Scalars(), "");
    }
    static const auto convolve =
        operation<ConvolveInto>("mkldnn::_convolution_pointwise_", "binary");
    return convolve.call(
        other, input, packed_, bias_, both(padding_), both(stride_), both(1), 1, "add", 1.0,
        "relu", Scalars(), "");
}

}  // namespace ct

#include "convolution.hpp"

#include <cstring>
#include <stdexcept>

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

namespace {

/// A memory of its own that holds copies of numbers.
template <typename Element, typename Number>
memory vector_of(const Number *numbers, int64_t count, Type type) {
    memory result({{count}, type, Tag::a}, processor());
    auto *elements = static_cast<Element *>(result.get_data_handle());
    for (int64_t i = 0; i < count; ++i) elements[i] = static_cast<Element>(numbers[i]);
    return result;
}

/// Multiplied in double and rounded to float32, then to other elements.
template <typename To, typename From>
void multiply(
    const void *weights, const double *factors, int64_t outputs, int64_t count, To *to) {
    const auto *bytes = static_cast<const std::byte *>(weights);
    for (int64_t o = 0; o < outputs; ++o) {
        const double factor = factors[o];
        for (int64_t i = 0; i < count; ++i) {
            // They lie as a file has them: at any address.
            From from;
            std::memcpy(&from, bytes, sizeof from);
            bytes += sizeof from;
            *to++ = element<To>(static_cast<float>(number(from) * factor), {});
        }
    }
}

template <typename To>
void multiply(const cs_convolution &weights, int64_t count, void *to) {
    const auto multiplied = [&](auto from) {
        multiply<To, decltype(from)>(
            weights.weight, weights.factors, weights.outputs, count, static_cast<To *>(to));
    };
    switch (weights.dtype) {
        case CS_FLOAT16: multiplied(Float16()); break;
        case CS_INT8: multiplied(int8_t()); break;
        default: multiplied(float());
    }
}

}  // namespace

Convolution::Convolution(
    const cs_convolution &from, Type type, Quantization source, Quantization target,
    Workspace &scratch, Store &store)
    : from_(from), scratch_(scratch), store_(store), type_(type), source_(source),
      target_(target), inputs_(from.inputs), outputs_(from.outputs), kernel_(from.kernel), stride_(from.stride), padding_(from.padding),
      bias_(vector_of<float>(from.bias, from.outputs, Type::f32)) {
    if (type != Type::u8) return;
    if (from.dtype != CS_INT8) throw std::invalid_argument("expected int8 weights");
    factors_ = vector_of<float>(from.factors, from.outputs, Type::f32);
    const auto *levels = static_cast<const int8_t *>(from.weight);
    levels_.assign(levels, levels + outputs_ * inputs_ * kernel_ * kernel_);
}

dnnl::convolution_forward::primitive_desc Convolution::describe(
    const memory::desc &input, const std::optional<Layout> &added, bool relu) const {
    const auto shape = input.get_dims();
    const int64_t side = (shape[2] + 2 * padding_ - kernel_) / stride_ + 1;
    const memory::dims output = {shape[0], outputs_, side, side};
    dnnl::post_ops after;
    if (added) {
        const auto quantization = added->quantization;
        after.append_sum(quantization.scale, quantization.zero_point, type_);
    }
    if (relu) after.append_eltwise(dnnl::algorithm::eltwise_relu, 0, 0);
    auto attributes = own_scratchpad();
    attributes.set_post_ops(after);
    if (type_ == Type::u8) {
        attributes.set_scales_mask(DNNL_ARG_SRC, 0);
        attributes.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 0);
        attributes.set_scales_mask(DNNL_ARG_DST, 0);
        if (source_.zero_point != 0) attributes.set_zero_points_mask(DNNL_ARG_SRC, 0);
        if (target_.zero_point != 0) attributes.set_zero_points_mask(DNNL_ARG_DST, 0);
    }
    return {
        processor(),
        dnnl::prop_kind::forward_inference,
        dnnl::algorithm::convolution_direct,
        input,
        {{outputs_, inputs_, kernel_, kernel_}, type_ == Type::u8 ? Type::s8 : type_, Tag::any},
        bias_.get_desc(),
        added ? added->desc : memory::desc(output, type_, Tag::any),
        {stride_, stride_},
        {padding_, padding_},
        {padding_, padding_},
        attributes};
}

std::unordered_map<int, memory> Convolution::constants(
    const dnnl::convolution_forward::primitive_desc &operation) {
    std::unordered_map<int, memory> result = {
        {DNNL_ARG_WEIGHTS, packed(operation.weights_desc())}, {DNNL_ARG_BIAS, bias_}};
    if (type_ != Type::u8) return result;
    result[DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC] = vector_of<float>(&source_.scale, 1, Type::f32);
    result[DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS] = factors_;
    result[DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST] = vector_of<float>(&target_.scale, 1, Type::f32);
    const auto add_zero_point = [&](int argument, int32_t zero_point) {
        if (zero_point == 0) return;
        result[DNNL_ARG_ATTR_ZERO_POINTS | argument] =
            vector_of<int32_t>(&zero_point, 1, Type::s32);
    };
    add_zero_point(DNNL_ARG_SRC, source_.zero_point);
    add_zero_point(DNNL_ARG_DST, target_.zero_point);
    return result;
}

memory Convolution::packed(const memory::desc &wanted) {
    const std::lock_guard lock(mutex_);
    for (const auto &known : packed_) {
        if (known.get_desc() == wanted) return known;
    }
    // Not from the plain weights where others are there: those are not kept, but for uint8.
    memory source = packed_.empty() || type_ == Type::u8 ? plain() : packed_.front();
    memory result(wanted, processor(), store_.take(wanted.get_size()));
    dnnl::stream stream(processor());
    dnnl::reorder(source, result).execute(stream, source, result);
    stream.wait();
    packed_.push_back(result);
    return result;
}

memory Convolution::plain() const {
    const memory::dims shape = {outputs_, inputs_, kernel_, kernel_};
    if (type_ == Type::u8) {
        return {{shape, Type::s8, Tag::oihw}, processor(), const_cast<int8_t *>(levels_.data())};
    }
    const memory::desc desc(shape, type_, Tag::oihw);
    void *elements = scratch_.reserve(desc.get_size());
    const int64_t count = inputs_ * kernel_ * kernel_;
    if (type_ == Type::bf16) {
        multiply<BFloat16>(from_, count, elements);
    } else {
        multiply<float>(from_, count, elements);
    }
    return {desc, processor(), elements};
}

}  // namespace scoring

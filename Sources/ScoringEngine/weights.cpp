#include "weights.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace scoring {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

namespace {

/// From any address: weights lie as a file has them.
template <typename Element>
float at(const void *elements, int64_t index) {
    Element result;
    std::memcpy(
        &result, static_cast<const std::byte *>(elements) + index * sizeof result, sizeof result);
    return number(result);
}

/// Multiplied in double and rounded to float32, then to other elements.
template <typename From, typename To>
void multiply(const cs_node &node, To *to) {
    const auto product = [&](int64_t index, int64_t output) {
        const double weight = at<From>(node.weight, index);
        return element<To>(static_cast<float>(weight * node.factors[output]), {});
    };
    const int64_t outputs = node.outputs, positions = positions_of(node);
    if (node.operation != CS_TRANSPOSED_CONVOLUTION) {
        const int64_t row = int64_t{1} * node.source / node.groups * node.kernel[0] * node.kernel[1];
        for (int64_t index = 0; index < outputs * row; ++index) *to++ = product(index, index / row);
        return;
    }
    for (int64_t index = 0; index < node.source * outputs * positions; ++index) {
        const int64_t input = index / (outputs * positions);
        const int64_t output = index / positions % outputs, position = index % positions;
        to[(position * outputs + output) * node.source + input] = product(index, output);
    }
}

template <typename To>
void multiply_all(const cs_node &node, To *to) {
    switch (node.dtype) {
        case CS_FLOAT16: return multiply<Float16>(node, to);
        case CS_INT8: return multiply<int8_t>(node, to);
        default: return multiply<float>(node, to);
    }
}

/// Gives whole pages of mapped weights back to the system.
void give_back(const cs_node &node, size_t size) {
    if (!node.is_mapped || node.weight == nullptr) return;
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto start = reinterpret_cast<uintptr_t>(node.weight);
    const uintptr_t first = (start + page - 1) / page * page, last = (start + size) / page * page;
    if (first < last) madvise(reinterpret_cast<void *>(first), last - first, MADV_DONTNEED);
}

size_t element_size(int dtype) {
    switch (dtype) {
        case CS_FLOAT16: return sizeof(Float16);
        case CS_INT8: return sizeof(int8_t);
        default: return sizeof(float);
    }
}

memory repeated(const double *numbers, int64_t count, int64_t times) {
    std::vector<float> result;
    for (int64_t time = 0; time < times; ++time) result.insert(result.end(), numbers, numbers + count);
    return vector_of(result.data(), count * times);
}

}  // namespace

int64_t positions_of(const cs_node &node) {
    const bool is_transposed = node.operation == CS_TRANSPOSED_CONVOLUTION;
    return is_transposed ? int64_t{1} * node.kernel[0] * node.kernel[1] : 1;
}

memory vector_of(const float *numbers, int64_t count) {
    memory result({{count}, Type::f32, Tag::a}, processor());
    std::copy_n(numbers, count, static_cast<float *>(result.get_data_handle()));
    return result;
}

Weights::Weights(
    const cs_node &node, Type type, bool keeps_plain, Workspace &scratch,
    Store &store)
    : bias(repeated(node.bias, node.outputs, positions_of(node))),
      factors(repeated(node.factors, node.outputs, 1)), node_(node), shape_(node),
      type_(type == Type::u8 ? Type::s8 : type), scratch_(scratch),
      store_(store) {
    if (type_ == Type::s8 && node.dtype != CS_INT8) {
        throw std::invalid_argument("expected int8 weights");
    }
    if (type_ != Type::s8 && !keeps_plain) return;
    plain_.resize(count() * memory::data_type_size(type_));
    if (type_ == Type::s8) {
        std::memcpy(plain_.data(), node.weight, plain_.size());
        give_back(node, plain_.size());
    } else {
        write(plain_.data());
    }
}

memory::desc Weights::desc(Tag plain, Tag grouped, int64_t height, int64_t width) const {
    const int64_t outputs = shape_.outputs, groups = shape_.groups;
    switch (shape_.operation) {
        case CS_LINEAR: return {{outputs, shape_.source / (height * width), height, width}, type_, plain};
        case CS_TRANSPOSED_CONVOLUTION:
            return {{outputs * positions_of(shape_), shape_.source, 1, 1}, type_, plain};
        default: break;
    }
    const int64_t rows = shape_.kernel[0], columns = shape_.kernel[1];
    if (groups == 1) return {{outputs, shape_.source, rows, columns}, type_, plain};
    return {{groups, outputs / groups, shape_.source / groups, rows, columns}, type_, grouped};
}

memory::desc Weights::any(int64_t height, int64_t width) const {
    return desc(Tag::any, Tag::any, height, width);
}

memory Weights::packed(const memory::desc &wanted) {
    const std::lock_guard lock(mutex_);
    for (const auto &known : packed_) {
        if (known.get_desc() == wanted) return known;
    }
    // From the plain ones where they are kept: oneDNN is slow from one packed layout to another.
    memory source = packed_.empty() || !plain_.empty() ? plain(wanted) : packed_.front();
    memory result(wanted, processor(), store_.take(wanted.get_size()));
    dnnl::stream stream(processor());
    dnnl::reorder(source, result).execute(stream, source, result);
    stream.wait();
    packed_.push_back(result);
    return result;
}

memory Weights::plain(const memory::desc &wanted) const {
    const auto dims = wanted.get_dims();
    const bool is_linear = shape_.operation == CS_LINEAR;
    const auto plain = desc(
        Tag::oihw, Tag::goihw, is_linear ? dims[2] : 1, is_linear ? dims[3] : 1);
    if (!plain_.empty()) {
        return {plain, processor(), const_cast<std::byte *>(plain_.data())};
    }
    void *elements = scratch_.reserve(plain.get_size());
    write(elements);
    return {plain, processor(), elements};
}

int64_t Weights::count() const {
    return int64_t{1} * shape_.source / shape_.groups * shape_.kernel[0] * shape_.kernel[1] *
           shape_.outputs;
}

void Weights::write(void *elements) const {
    if (type_ == Type::bf16) {
        multiply_all(node_, static_cast<BFloat16 *>(elements));
    } else {
        multiply_all(node_, static_cast<float *>(elements));
    }
    give_back(node_, count() * element_size(node_.dtype));
}

std::vector<float> Weights::numbers() const {
    std::vector<float> result(size_t{1} * shape_.source * shape_.outputs);
    multiply_all(node_, result.data());
    return result;
}

}  // namespace scoring

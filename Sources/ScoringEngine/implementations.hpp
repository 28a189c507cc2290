// What is known of oneDNN's implementations of convolutions by their names.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <optional>
#include <string_view>

#include "plan.hpp"

namespace scoring {

inline bool is_named(
    const dnnl::convolution_forward::primitive_desc &description, const char *part) {
    return std::string_view(description.impl_info_str()).find(part) != std::string_view::npos;
}

/// oneDNN keeps the code of these implementations to the end of the process, for every size of
/// input that was ever seen.
inline bool is_kept_for_ever(const dnnl::convolution_forward::primitive_desc &description) {
    return is_named(description, "brg");
}

/// Whether oneDNN has nothing better for these layouts than its reference, hundreds of times
/// slower.
inline bool is_plain_loop(const dnnl::convolution_forward::primitive_desc &description) {
    return is_named(description, "ref:");
}

/// Whether oneDNN computes two layers one after the other, with all that lies between in memory.
inline bool is_written_between(const dnnl::convolution_forward::primitive_desc &description) {
    return is_named(description, "ref_fused");
}

/// What follows a convolution, with the sum where something is added.
inline dnnl::post_ops post_ops(
    const cs_node &node, const std::optional<dnnl::memory::desc> &added) {
    dnnl::post_ops after;
    activate(node.activation, after);
    if (added) after.append_binary(dnnl::algorithm::binary_add, *added);
    if (added && node.rectifies_sum) activate(CS_RELU, after);
    return after;
}

}  // namespace scoring

// What the files that call oneDNN's C++ interface share, and where its versions 2 and 3 differ.
#pragma once

#include <string>

#include "kernels/dnnl.h"

namespace relprompt::kernels {

/// The CPU.
inline const dnnl::engine& onednn_engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

/// How y [rows, outputs] = x [rows, inputs] b [inputs, outputs] + bias [1, outputs] is computed; an empty
/// description of the bias: without one. Throws dnnl::error for what the library cannot multiply.
inline dnnl::matmul::primitive_desc product_plan(const dnnl::memory::desc& x, const dnnl::memory::desc& b,
                                                 const dnnl::memory::desc& bias, const dnnl::memory::desc& y,
                                                 const dnnl::primitive_attr& attributes = {}) {
#if DNNL_VERSION_MAJOR >= 3
  if (bias.is_zero()) return {onednn_engine(), x, b, y, attributes};
  return {onednn_engine(), x, b, bias, y, attributes};
#else
  const auto product = bias.is_zero() ? dnnl::matmul::desc(x, b, y) : dnnl::matmul::desc(x, b, bias, y);
  return {product, attributes, onednn_engine()};
#endif
}

/// Applies an elementwise function with these parameters to every result.
inline void append_eltwise(dnnl::post_ops& operations, dnnl::algorithm function, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  operations.append_eltwise(function, alpha, beta);
#else
  operations.append_eltwise(1.0f, function, alpha, beta);
#endif
}

/// How a description's numbers lie in memory: padded sizes, strides, and the blocks that they come in.
inline std::string layout_text(const dnnl::memory::desc& desc) {
  std::string text;
  const auto list = [&](const char* name, const auto* numbers, int count) {
    text += name;
    for (int i = 0; i < count; ++i) text += ' ' + std::to_string(numbers[i]);
  };
#if DNNL_VERSION_MAJOR >= 3
  const auto padded = desc.get_padded_dims(), strides = desc.get_strides(), blocks = desc.get_inner_blks(),
             indices = desc.get_inner_idxs();
  list("padded", padded.data(), static_cast<int>(padded.size()));
  list(" strides", strides.data(), static_cast<int>(strides.size()));
  list(" blocks", blocks.data(), static_cast<int>(blocks.size()));
  list(" of", indices.data(), static_cast<int>(indices.size()));
#else
  const auto& blocking = desc.data.format_desc.blocking;
  list("padded", desc.data.padded_dims, desc.data.ndims);
  list(" strides", blocking.strides, desc.data.ndims);
  list(" blocks", blocking.inner_blks, blocking.inner_nblks);
  list(" of", blocking.inner_idxs, blocking.inner_nblks);
#endif
  return text + " bytes " + std::to_string(desc.get_size());
}

/// Version of the library and the instruction sets that it uses.
inline std::string onednn_text() {
  const auto* version = dnnl_version();
  return std::to_string(version->major) + '.' + std::to_string(version->minor) + '.' +
         std::to_string(version->patch) + ' ' + version->hash + " isa " +
         std::to_string(static_cast<unsigned>(dnnl::get_effective_cpu_isa()));
}

/// Whether oneDNN uses this instruction set, or a larger one that holds it: a set's number has the bits of
/// all sets that it holds.
inline bool onednn_uses(dnnl::cpu_isa set) {
  const auto wanted = static_cast<unsigned>(set);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

}  // namespace relprompt::kernels

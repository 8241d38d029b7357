// What the files that call oneDNN's C++ interface share, and where its versions 2 and 3 differ.
#pragma once

#include <dnnl.hpp>

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

/// Whether oneDNN uses this instruction set, or a larger one that holds it: a set's number has the bits of
/// all sets that it holds.
inline bool onednn_uses(dnnl::cpu_isa set) {
  const auto wanted = static_cast<unsigned>(set);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

}  // namespace relprompt::kernels

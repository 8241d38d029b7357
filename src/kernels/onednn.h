// What the files that call oneDNN's C++ interface share.
#pragma once

#include <dnnl.hpp>

namespace relprompt::kernels {

/// The CPU.
inline const dnnl::engine& onednn_engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

}  // namespace relprompt::kernels

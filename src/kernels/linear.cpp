#include "kernels/linear.h"

#include <dnnl.hpp>
#include <unordered_map>

namespace relprompt::kernels {
namespace {

using Memory = dnnl::memory;
using Format = dnnl::memory::format_tag;

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::primitive_attr attributes(Activation activation) {
  dnnl::primitive_attr attr;
  if (activation == Activation::kQuickGelu) {
    dnnl::post_ops post;
    post.append_eltwise(1.0f, dnnl::algorithm::eltwise_swish, 1.702f, 0.0f);
    attr.set_post_ops(post);
  }
  return attr;
}

void run(Memory::data_type type, const void* x, std::int64_t rows, std::int64_t inputs, const void* weight,
         const float* bias, std::int64_t outputs, float* y, Activation activation) {
  if (rows == 0 || outputs == 0) return;
  const auto fp32 = Memory::data_type::f32;
  const Memory::desc x_desc({rows, inputs}, type, Format::ab);
  const Memory::desc weight_desc({inputs, outputs}, type, Format::ba);
  const Memory::desc bias_desc({1, outputs}, fp32, Format::ab);
  const Memory::desc y_desc({rows, outputs}, fp32, Format::ab);
  const auto attr = attributes(activation);
  const auto plan = bias != nullptr ? dnnl::matmul::desc(x_desc, weight_desc, bias_desc, y_desc)
                                    : dnnl::matmul::desc(x_desc, weight_desc, y_desc);
  // oneDNN keeps finished primitives of equal description in a cache of its own.
  const dnnl::matmul multiply(dnnl::matmul::primitive_desc(plan, attr, engine()));
  const auto memory = [](const Memory::desc& desc, const void* data) {
    return Memory(desc, engine(), const_cast<void*>(data));
  };
  std::unordered_map<int, Memory> arguments = {{DNNL_ARG_SRC, memory(x_desc, x)},
                                               {DNNL_ARG_WEIGHTS, memory(weight_desc, weight)},
                                               {DNNL_ARG_DST, memory(y_desc, y)}};
  if (bias != nullptr) arguments.emplace(DNNL_ARG_BIAS, memory(bias_desc, bias));
  dnnl::stream stream(engine());
  multiply.execute(stream, arguments);
  stream.wait();
}

}  // namespace

void linear(const float* x, std::int64_t rows, std::int64_t inputs, const float* weight, const float* bias,
            std::int64_t outputs, float* y, Activation activation) {
  run(Memory::data_type::f32, x, rows, inputs, weight, bias, outputs, y, activation);
}

void linear_bf16(const std::uint16_t* x, std::int64_t rows, std::int64_t inputs, const std::uint16_t* weight,
                 const float* bias, std::int64_t outputs, float* y, Activation activation) {
  run(Memory::data_type::bf16, x, rows, inputs, weight, bias, outputs, y, activation);
}

}  // namespace relprompt::kernels

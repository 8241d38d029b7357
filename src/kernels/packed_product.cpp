#include "kernels/packed_product.h"

#include <map>
#include <mutex>
#include <tuple>
#include <unordered_map>

#include <omp.h>

#include "kernels/onednn.h"

namespace relprompt::kernels {
namespace {

using Memory = dnnl::memory;
using Type = dnnl::memory::data_type;
using Format = dnnl::memory::format_tag;

Type input_of(Type weights) {
  return weights == Type::s8 ? Type::u8 : weights;
}

Type output_of(Type weights) {
  return weights == Type::s8 ? Type::s32 : Type::f32;
}

// Images of many sizes must not fill memory with plans.
constexpr std::size_t kMostPlans = 512;

/// The library divides the work for the threads that it finds when it makes a plan.
int threads() {
  return omp_in_parallel() != 0 ? 1 : omp_get_max_threads();
}

dnnl::stream& own_stream() {
  thread_local dnnl::stream stream(onednn_engine());
  return stream;
}

/// A product and the descriptions of its arguments.
struct Plan {
  explicit Plan(const ProductShape& shape)
      : x({shape.rows, shape.inputs}, input_of(shape.type), Format::ab),
        b(packed_layout(shape.type, shape.inputs, shape.outputs)),
        bias(shape.bias ? Memory::desc({1, shape.outputs}, Type::f32, Format::ab) : Memory::desc()),
        y({shape.rows, shape.outputs}, output_of(shape.type), Format::ab) {
    dnnl::primitive_attr attributes;
    if (shape.add) {
      dnnl::post_ops sum;
      sum.append_sum(1.0f);
      attributes.set_post_ops(sum);
    }
    product = dnnl::matmul(product_plan(x, b, bias, y, attributes));
  }

  Memory::desc x, b, bias, y;
  dnnl::matmul product;
};

/// Primitives share scratch memory among those made by one thread, so each thread makes its own.
const Plan& plan_of(const ProductShape& s) {
  using Key = std::tuple<int, int, std::int64_t, std::int64_t, std::int64_t, bool, bool>;
  thread_local std::map<Key, Plan> plans;
  const Key key(threads(), static_cast<int>(s.type), s.rows, s.inputs, s.outputs, s.bias, s.add);
  const auto found = plans.find(key);
  if (found != plans.end()) return found->second;
  if (plans.size() >= kMostPlans) plans.clear();
  return plans.emplace(key, Plan(s)).first->second;
}

}  // namespace

int int8_limit() {
  const bool exact = onednn_uses(dnnl::cpu_isa::avx2_vnni) || onednn_uses(dnnl::cpu_isa::avx512_core_vnni);
  return exact ? 127 : 63;
}

Memory::desc packed_layout(Type type, std::int64_t inputs, std::int64_t outputs) {
  static std::mutex mutex;
  static std::map<std::tuple<int, std::int64_t, std::int64_t>, Memory::desc> layouts;
  const std::lock_guard<std::mutex> lock(mutex);
  auto& layout = layouts[{static_cast<int>(type), inputs, outputs}];
  if (layout.is_zero()) {
    constexpr std::int64_t kRows = 128;
    const Memory::desc x({kRows, inputs}, input_of(type), Format::ab),
        b({inputs, outputs}, type, Format::any), y({kRows, outputs}, output_of(type), Format::ab);
    layout = product_plan(x, b, Memory::desc(), y).weights_desc();
  }
  return layout;
}

void pack_factor(Type type, std::int64_t inputs, std::int64_t outputs, Side side, const void* plain,
                 void* packed) {
  if (inputs == 0 || outputs == 0) return;
  using Key = std::tuple<int, int, std::int64_t, std::int64_t, Side>;
  thread_local std::map<Key, dnnl::reorder::primitive_desc> plans;
  const Key key(threads(), static_cast<int>(type), inputs, outputs, side);
  auto found = plans.find(key);
  if (found == plans.end()) {
    if (plans.size() >= kMostPlans) plans.clear();
    const Memory::desc from({inputs, outputs}, type, side == Side::kPlain ? Format::ab : Format::ba);
    const dnnl::reorder::primitive_desc plan(onednn_engine(), from, onednn_engine(),
                                             packed_layout(type, inputs, outputs));
    found = plans.emplace(key, plan).first;
  }
  Memory from(found->second.src_desc(), onednn_engine(), const_cast<void*>(plain));
  Memory to(found->second.dst_desc(), onednn_engine(), packed);
  dnnl::reorder(found->second).execute(own_stream(), from, to);
  own_stream().wait();
}

void packed_product(const ProductShape& shape, const void* x, const void* b, const float* bias, void* y) {
  if (shape.rows == 0 || shape.outputs == 0) return;
  const auto& plan = plan_of(shape);
  const auto memory = [](const Memory::desc& desc, const void* data) {
    return Memory(desc, onednn_engine(), const_cast<void*>(data));
  };
  std::unordered_map<int, Memory> arguments = {{DNNL_ARG_SRC, memory(plan.x, x)},
                                               {DNNL_ARG_WEIGHTS, memory(plan.b, b)},
                                               {DNNL_ARG_DST, memory(plan.y, y)}};
  if (shape.bias) arguments.emplace(DNNL_ARG_BIAS, memory(plan.bias, bias));
  plan.product.execute(own_stream(), arguments);
  own_stream().wait();
}

}  // namespace relprompt::kernels

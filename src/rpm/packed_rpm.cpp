#include "rpm/packed_rpm.h"

#include "kernels/gemm.h"
#include "kernels/linear.h"
#include "nn/linear.h"
#include "rpm/apg.h"

namespace relprompt::rpm {
namespace {

using kernels::Side;

/// Tensors whose numbers kernels read: fp32 and contiguous, kept as long as this lives.
class Numbers {
 public:
  const float* operator()(const torch::Tensor& tensor) {
    kept_.push_back(tensor.detach().to(torch::kFloat32).contiguous());
    return kept_.back().data_ptr<float>();
  }

 private:
  std::vector<torch::Tensor> kept_;
};

kernels::PackedAlignment pack_alignment(const RpmParts& parts, kernels::Precision precision) {
  Numbers numbers;
  const auto norm = [&](const torch::nn::LayerNorm& from) {
    return kernels::NormWeights{numbers(from->weight), numbers(from->bias),
                                static_cast<float>(from->options.eps())};
  };
  return kernels::PackedAlignment(
      {parts.projection.size(0), parts.projection.size(1), norm(parts.prompt_norm), norm(parts.ln_post),
       numbers(parts.projection.t())},
      precision);
}

/// The knowledge through the layer's weight on its own grid; resizing it afterwards is the same, as both are
/// linear.
torch::Tensor through_layer(const RpmParts& parts) {
  const auto knowledge = parts.knowledge.detach();
  return parts.weight.defined() ? nn::product(knowledge, parts.weight.detach()) : knowledge.contiguous();
}

/// The numbers of a tensor in bfloat16.
const std::uint16_t* bits_of(const torch::Tensor& tensor) {
  return reinterpret_cast<const std::uint16_t*>(tensor.data_ptr<at::BFloat16>());
}

kernels::Precision product_precision(kernels::Precision precision) {
  const bool half = precision != kernels::Precision::kFp32 && kernels::native_bfloat16();
  return half ? kernels::Precision::kBf16 : kernels::Precision::kFp32;
}

}  // namespace

PackedRpm::PackedRpm(const RpmParts& parts, kernels::Precision precision)
    : itp_(parts.itp),
      precision_(product_precision(precision)),
      alignment_(pack_alignment(parts, precision)),
      knowledge_(through_layer(parts)),
      bias_(parts.bias.detach().contiguous()),
      stored_(parts.stored) {
  const torch::NoGradGuard no_grad;
  for (const auto& block : parts.m2oe) {
    Numbers numbers;
    const auto linear = [&](const nn::Linear& from) {
      return kernels::LinearWeights{numbers(from->weight), numbers(from->bias)};
    };
    bottlenecks_.push_back(
        {block, alignment_.pack({block->down->weight.size(0), linear(block->down), linear(block->up)}),
         block->expert_weights()});
  }
  if (parts.vpt.defined()) visual_ = nn::linear(parts.vpt.detach(), parts.weight, parts.bias).detach();
}

torch::Tensor PackedRpm::mix(Bottleneck& bottleneck, const torch::Tensor& reduced, nn::Grid grid) const {
  const auto gate = bottleneck.gate->scores(reduced).contiguous();
  const auto rows = reduced.contiguous();
  auto mixed = torch::empty_like(rows);
  for (std::int64_t b = 0; b < rows.size(0); ++b) {
    kernels::mix_experts(bottleneck.experts, rows[b].data_ptr<float>(), grid.height, grid.width,
                         gate[b].data_ptr<float>(), mixed[b].data_ptr<float>());
  }
  return mixed;
}

Aligned PackedRpm::align(const torch::Tensor& tokens, std::int64_t layer, nn::Grid grid) {
  const auto x = tokens.contiguous();
  const auto batch = x.size(0), rows = x.size(1);
  auto y = torch::empty({batch, rows, alignment_.joint()}, x.options());
  const bool mixes = layer <= static_cast<std::int64_t>(bottlenecks_.size());
  auto* bottleneck = mixes ? &bottlenecks_[static_cast<std::size_t>(layer - 1)] : nullptr;
  auto reduced = mixes ? torch::empty({batch, rows, bottleneck->packed.rank}, x.options()) : torch::Tensor();
  const auto* packed = mixes ? &bottleneck->packed : nullptr;
  alignment_.project(x.data_ptr<float>(), batch * rows, packed, y.data_ptr<float>(),
                     mixes ? reduced.data_ptr<float>() : nullptr, workspace_);
  const auto mixed = mixes ? mix(*bottleneck, reduced.narrow(1, 1, rows - 1), grid) : torch::Tensor();
  alignment_.finish(batch, rows, packed, mixes ? mixed.data_ptr<float>() : nullptr, y.data_ptr<float>(),
                    workspace_);
  return {y.narrow(1, 1, rows - 1), y.select(1, 0)};
}

const PackedRpm::Mapped& PackedRpm::mapped(nn::Grid grid) {
  if (!mapped_ || grid != mapped_->grid) {
    const auto by_width = nn::resize_rows(knowledge_, stored_, grid).t().contiguous();
    mapped_.emplace(Mapped{grid,
                           by_width,
                           {by_width.data_ptr<float>(), bias_.data_ptr<float>(), by_width.size(1),
                            by_width.size(0), precision_}});
  }
  return *mapped_;
}

void PackedRpm::multiply(const torch::Tensor& x, const torch::Tensor& weight, const float* bias,
                         float* y) const {
  const auto rows = x.size(0), inputs = x.size(1), outputs = weight.size(0);
  if (precision_ == kernels::Precision::kFp32) {
    kernels::linear(x.data_ptr<float>(), rows, inputs, weight.data_ptr<float>(), bias, outputs, y);
    return;
  }
  const auto rounded = weight.to(torch::kBFloat16);
  kernels::linear_bf16(x.data_ptr<float>(), rows, inputs, bits_of(rounded), bias, outputs, y);
}

void PackedRpm::prompts_by_map(const Mapped& mapped, float* m, std::int64_t classes, float* prompt) {
  const auto rows = kernels::prepare_rows(m, classes, mapped.grid.size(), precision_, room_);
  mapped.prompts.multiply(rows, classes, nullptr, false, prompt, room_);
}

void PackedRpm::prompts_without_map(const Mapped& mapped, const torch::Tensor& texts, const torch::Tensor& p,
                                    float* prompt) const {
  const auto d = mapped.by_width.size(0), n = p.size(0), e = p.size(1);
  const auto meeting = torch::empty({d, e}, p.options());
  const auto* knowledge = mapped.by_width.data_ptr<float>();
  auto* to = meeting.data_ptr<float>();
  if (precision_ == kernels::Precision::kFp32) {
    kernels::gemm(Side::kPlain, Side::kPlain, d, e, n, 1, knowledge, n, p.data_ptr<float>(), e, 0, to, e);
  } else {
    kernels::product_bf16(knowledge, d, n, bits_of(p.to(torch::kBFloat16)), e, to);
  }
  multiply(texts, meeting, bias_.data_ptr<float>(), prompt);
}

PackedRpm::Prompts PackedRpm::prompts(const Aligned& aligned, const torch::Tensor& t, nn::Grid grid,
                                      bool map_wanted) {
  const auto& knowledge = mapped(grid);
  const auto batch = aligned.patches.size(0), n = grid.size(), d = knowledge.by_width.size(0), c = t.size(0),
             e = t.size(1);
  const auto number = [](std::int64_t value) { return static_cast<double>(value); };
  const auto cost = prompt_cost(number(c), number(n), number(e), number(d));
  const bool with_map = map_wanted || !itp_.pixel_level || cost.with_map <= cost.without_map;
  auto prompt = torch::empty({batch, c, d}, t.options());
  auto map = with_map ? torch::empty({batch, c, n}, t.options()) : torch::Tensor();
  for (std::int64_t b = 0; b < batch; ++b) {
    const auto g = aligned.class_token[b];
    const auto texts = (itp_.image_level ? t * g : t).contiguous(), p = aligned.patches[b].contiguous();
    auto* to = prompt[b].data_ptr<float>();
    if (!with_map) {
      prompts_without_map(knowledge, texts, p, to);
      continue;
    }
    auto m = map[b];
    if (itp_.pixel_level) {
      multiply(texts, p, nullptr, m.data_ptr<float>());
    } else {
      m.copy_(torch::matmul(t, g).unsqueeze(1).expand({c, n}));
    }
    prompts_by_map(knowledge, m.data_ptr<float>(), c, to);
  }
  return {prompt, map_wanted ? map.transpose(1, 2) : torch::Tensor()};
}

}  // namespace relprompt::rpm

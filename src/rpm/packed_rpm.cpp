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

}  // namespace

PackedRpm::PackedRpm(const RpmParts& parts, kernels::Precision precision)
    : itp_(parts.itp),
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

const torch::Tensor& PackedRpm::mapped(nn::Grid grid) {
  if (!mapped_.defined() || grid != mapped_grid_) {
    mapped_ = nn::resize_rows(knowledge_, stored_, grid).contiguous();
    mapped_grid_ = grid;
  }
  return mapped_;
}

PackedRpm::Prompts PackedRpm::prompts(const Aligned& aligned, const torch::Tensor& t, nn::Grid grid,
                                      bool map_wanted) {
  const auto& by_patch = mapped(grid);
  const auto batch = aligned.patches.size(0), n = grid.size(), d = by_patch.size(1), c = t.size(0),
             e = t.size(1);
  const auto number = [](std::int64_t value) { return static_cast<double>(value); };
  const auto cost = prompt_cost(number(c), number(n), number(e), number(d));
  const bool with_map = map_wanted || !itp_.pixel_level || cost.with_map <= cost.without_map;
  auto prompt = bias_.expand({batch, c, d}).contiguous();
  auto map = with_map ? torch::empty({batch, c, n}, t.options()) : torch::Tensor();
  auto meeting = with_map ? torch::Tensor() : torch::empty({d, e}, t.options());
  for (std::int64_t b = 0; b < batch; ++b) {
    const auto g = aligned.class_token[b];
    const auto texts = (itp_.image_level ? t * g : t).contiguous(), p = aligned.patches[b].contiguous();
    auto* to = prompt[b].data_ptr<float>();
    if (!with_map) {
      kernels::gemm(Side::kTransposed, Side::kPlain, d, e, n, 1, by_patch.data_ptr<float>(), d,
                    p.data_ptr<float>(), e, 0, meeting.data_ptr<float>(), e);
      kernels::gemm(Side::kPlain, Side::kTransposed, c, d, e, 1, texts.data_ptr<float>(), e,
                    meeting.data_ptr<float>(), e, 1, to, d);
      continue;
    }
    auto m = map[b];
    if (itp_.pixel_level) {
      kernels::linear(texts.data_ptr<float>(), c, e, p.data_ptr<float>(), nullptr, n, m.data_ptr<float>());
    } else {
      m.copy_(torch::matmul(t, g).unsqueeze(1).expand({c, n}));
    }
    kernels::gemm(Side::kPlain, Side::kPlain, c, d, n, 1, m.data_ptr<float>(), n, by_patch.data_ptr<float>(),
                  d, 1, to, d);
  }
  return {prompt, map_wanted ? map.transpose(1, 2) : torch::Tensor()};
}

}  // namespace relprompt::rpm

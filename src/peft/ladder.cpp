#include "peft/ladder.h"

#include "model/method_tensors.h"
#include "nn/linear.h"

namespace relprompt::peft {
namespace {

bool in_block(const model::TensorRow& row) {
  return row.name.rfind("lst.blocks.", 0) == 0;
}

/// The rows that are parameters of the ladder itself and not of its blocks.
std::vector<model::TensorRow> own_rows(const model::ClipConfig& clip, const model::PeftOptions& options) {
  std::vector<model::TensorRow> rows;
  for (const auto& row : model::peft_rows(clip, options)) {
    if (!in_block(row)) rows.push_back(row);
  }
  return rows;
}

}  // namespace

class Ladder::Pass : public clip::LayerHook {
 public:
  explicit Pass(Ladder& ladder) : ladder_(ladder), gradients_(torch::GradMode::is_enabled()) {}

  /// The tower may run without gradients around this; the ladder's own are those of the pass.
  void between_layers(clip::LayerState& state) override {
    const torch::AutoGradMode gradients(gradients_);
    const auto reduced = linear(state.tokens, "lst.down." + std::to_string(state.layer));
    if (state.layer == 0) {
      side_ = reduced;
      return;
    }
    const auto index = static_cast<std::size_t>(state.layer - 1);
    const auto gate = torch::sigmoid(ladder_.at("lst.gate")[state.layer - 1]);
    side_ = ladder_.blocks_[index](gate * side_ + (1 - gate) * reduced);
    if (index + 1 == ladder_.blocks_.size()) state.tokens = state.tokens + linear(side_, "lst.up");
  }

 private:
  torch::Tensor linear(const torch::Tensor& x, const std::string& stem) const {
    return nn::linear(x, ladder_.at(stem + ".weight"), ladder_.at(stem + ".bias"));
  }

  Ladder& ladder_;
  bool gradients_;
  torch::Tensor side_;  ///< [B, 1 + N, S]
};

Ladder::Ladder(const model::ClipConfig& clip, const model::PeftOptions& options)
    : Tuning(own_rows(clip, options)) {
  const auto& v = clip.vision;
  const auto list = named_children()["lst"]->register_module("blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < v.layers; ++i) {
    blocks_.emplace_back(v.width / options.lst_reduction, v.heads, v.mlp_width / options.lst_reduction,
                         clip.activation);
    list->push_back(blocks_.back());
  }
}

std::unique_ptr<clip::LayerHook> Ladder::start_pass() {
  return std::make_unique<Pass>(*this);
}

}  // namespace relprompt::peft

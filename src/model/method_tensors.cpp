#include "model/method_tensors.h"

#include "model/clip_tensors.h"

namespace relprompt::model {
namespace {

// Letters: D width of the tower, L its layers, F its MLP width, Q = 3 D; R rank, A adapter width, K tokens, S
// side network's width, V = L + 1 places it reads, G its MLP width, W = 3 S.
const std::vector<TrainedLine> kLora = {
    {"lora.{i}.query.a", "", "R D", Initial::kFanIn, 'L', RateGroup::kRest, 'D'},
    {"lora.{i}.query.b", "", "D R", Initial::kZero, 'L'},
    {"lora.{i}.value.a", "", "R D", Initial::kFanIn, 'L', RateGroup::kRest, 'D'},
    {"lora.{i}.value.b", "", "D R", Initial::kZero, 'L'},
};

const std::vector<TrainedLine> kAdapter = {
    {"adapter.{i}.down.weight", "", "A D", Initial::kLinear, 'L'},
    {"adapter.{i}.down.bias", "", "A", Initial::kZero, 'L'},
    {"adapter.{i}.up.weight", "", "D A", Initial::kZero, 'L'},
    {"adapter.{i}.up.bias", "", "D", Initial::kZero, 'L'},
};

const std::vector<TrainedLine> kVpt = {{"vpt", "", "L K D", Initial::kKnowledge}};

// weight is the scale and bias the shift of what the tensor of that name in the tower computes.
const std::vector<TrainedLine> kSsf = {
    {"ssf.conv1.weight", "", "D", Initial::kOne},
    {"ssf.conv1.bias", "", "D", Initial::kZero},
    {"ssf.ln_pre.weight", "", "D", Initial::kOne},
    {"ssf.ln_pre.bias", "", "D", Initial::kZero},
    {"ssf.transformer.resblocks.{i}.ln_1.weight", "", "D", Initial::kOne, 'L'},
    {"ssf.transformer.resblocks.{i}.ln_1.bias", "", "D", Initial::kZero, 'L'},
    {"ssf.transformer.resblocks.{i}.attn.in_proj_weight", "", "Q", Initial::kOne, 'L'},
    {"ssf.transformer.resblocks.{i}.attn.in_proj_bias", "", "Q", Initial::kZero, 'L'},
    {"ssf.transformer.resblocks.{i}.attn.out_proj.weight", "", "D", Initial::kOne, 'L'},
    {"ssf.transformer.resblocks.{i}.attn.out_proj.bias", "", "D", Initial::kZero, 'L'},
    {"ssf.transformer.resblocks.{i}.ln_2.weight", "", "D", Initial::kOne, 'L'},
    {"ssf.transformer.resblocks.{i}.ln_2.bias", "", "D", Initial::kZero, 'L'},
    {"ssf.transformer.resblocks.{i}.mlp.c_fc.weight", "", "F", Initial::kOne, 'L'},
    {"ssf.transformer.resblocks.{i}.mlp.c_fc.bias", "", "F", Initial::kZero, 'L'},
    {"ssf.transformer.resblocks.{i}.mlp.c_proj.weight", "", "D", Initial::kOne, 'L'},
    {"ssf.transformer.resblocks.{i}.mlp.c_proj.bias", "", "D", Initial::kZero, 'L'},
    {"ssf.ln_post.weight", "", "D", Initial::kOne},
    {"ssf.ln_post.bias", "", "D", Initial::kZero},
};

const std::vector<TrainedLine> kLst = {
    {"lst.gate", "", "L", Initial::kZero},
    {"lst.down.{i}.weight", "", "S D", Initial::kLinear, 'V'},
    {"lst.down.{i}.bias", "", "S", Initial::kZero, 'V'},
    {"lst.blocks.{i}.ln_1.weight", "", "S", Initial::kOne, 'L'},
    {"lst.blocks.{i}.ln_1.bias", "", "S", Initial::kZero, 'L'},
    {"lst.blocks.{i}.attn.in_proj_weight", "", "W S", Initial::kLinear, 'L'},
    {"lst.blocks.{i}.attn.in_proj_bias", "", "W", Initial::kZero, 'L'},
    {"lst.blocks.{i}.attn.out_proj.weight", "", "S S", Initial::kLinear, 'L'},
    {"lst.blocks.{i}.attn.out_proj.bias", "", "S", Initial::kZero, 'L'},
    {"lst.blocks.{i}.ln_2.weight", "", "S", Initial::kOne, 'L'},
    {"lst.blocks.{i}.ln_2.bias", "", "S", Initial::kZero, 'L'},
    {"lst.blocks.{i}.mlp.c_fc.weight", "", "G S", Initial::kLinear, 'L'},
    {"lst.blocks.{i}.mlp.c_fc.bias", "", "G", Initial::kZero, 'L'},
    {"lst.blocks.{i}.mlp.c_proj.weight", "", "S G", Initial::kLinear, 'L'},
    {"lst.blocks.{i}.mlp.c_proj.bias", "", "S", Initial::kZero, 'L'},
    {"lst.up.weight", "", "D S", Initial::kZero},
    {"lst.up.bias", "", "D", Initial::kZero},
};

bool is_bias(const std::string& name) {
  const auto end = name.rfind("bias");
  return end != std::string::npos && end + 4 == name.size();
}

/// The image tower's own rows, all or its biases, under another prefix.
std::vector<TensorRow> tower_rows(const ClipConfig& clip, bool biases_only) {
  constexpr std::size_t kPrefix = 7;  // "visual."
  std::vector<TensorRow> rows;
  for (const auto& row : image_tower_rows(clip)) {
    if (biases_only && !is_bias(row.name)) continue;
    rows.push_back({"tower." + row.name.substr(kPrefix),
                    row.shape,
                    {},
                    {},
                    {},
                    false,
                    Initial::kTower,
                    RateGroup::kRest,
                    0});
  }
  return rows;
}

}  // namespace

std::vector<TensorRow> peft_rows(const ClipConfig& clip, const PeftOptions& options) {
  const auto& v = clip.vision;
  const auto side = v.width / options.lst_reduction;
  const Sizes sizes = {{'D', v.width},
                       {'L', v.layers},
                       {'F', v.mlp_width},
                       {'Q', 3 * v.width},
                       {'R', options.lora_rank},
                       {'A', options.adapter_width},
                       {'K', options.vpt_tokens},
                       {'S', side},
                       {'V', v.layers + 1},
                       {'G', v.mlp_width / options.lst_reduction},
                       {'W', 3 * side}};
  switch (options.method) {
    case Method::kRpn:
    case Method::kLpmOnly:
      return {};
    case Method::kFull:
      return tower_rows(clip, /*biases_only=*/false);
    case Method::kBitFit:
      return tower_rows(clip, /*biases_only=*/true);
    case Method::kAdapter:
      return expand(kAdapter, sizes);
    case Method::kVpt:
    case Method::kRpnVpt:
      return expand(kVpt, sizes);
    case Method::kLst:
      return expand(kLst, sizes);
    case Method::kSsf:
      return expand(kSsf, sizes);
    case Method::kLora:
      return expand(kLora, sizes);
  }
  return {};
}

}  // namespace relprompt::model

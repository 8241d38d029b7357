#include "model/method_tensors.h"

#include "model/clip_tensors.h"

namespace relprompt::model {
namespace {

// Letters: D width of the tower, L its layers, F its MLP width, Q = 3 D; R rank, A adapter width, K tokens, S
// side network's width, V = L + 1 places it reads, G its MLP width, W = 3 S.
const std::vector<TableLine> kLora = {
    {"lora.{i}.query.a", "", "", "R D", 'L'},
    {"lora.{i}.query.b", "", "", "D R", 'L'},
    {"lora.{i}.value.a", "", "", "R D", 'L'},
    {"lora.{i}.value.b", "", "", "D R", 'L'},
};

const std::vector<TableLine> kAdapter = {
    {"adapter.{i}.down.weight", "", "", "A D", 'L'},
    {"adapter.{i}.down.bias", "", "", "A", 'L'},
    {"adapter.{i}.up.weight", "", "", "D A", 'L'},
    {"adapter.{i}.up.bias", "", "", "D", 'L'},
};

const std::vector<TableLine> kVpt = {{"vpt", "", "", "L K D"}};

// weight is the scale and bias the shift of what the tensor of that name in the tower computes.
const std::vector<TableLine> kSsf = {
    {"ssf.conv1.weight", "", "", "D"},
    {"ssf.conv1.bias", "", "", "D"},
    {"ssf.ln_pre.weight", "", "", "D"},
    {"ssf.ln_pre.bias", "", "", "D"},
    {"ssf.transformer.resblocks.{i}.ln_1.weight", "", "", "D", 'L'},
    {"ssf.transformer.resblocks.{i}.ln_1.bias", "", "", "D", 'L'},
    {"ssf.transformer.resblocks.{i}.attn.in_proj_weight", "", "", "Q", 'L'},
    {"ssf.transformer.resblocks.{i}.attn.in_proj_bias", "", "", "Q", 'L'},
    {"ssf.transformer.resblocks.{i}.attn.out_proj.weight", "", "", "D", 'L'},
    {"ssf.transformer.resblocks.{i}.attn.out_proj.bias", "", "", "D", 'L'},
    {"ssf.transformer.resblocks.{i}.ln_2.weight", "", "", "D", 'L'},
    {"ssf.transformer.resblocks.{i}.ln_2.bias", "", "", "D", 'L'},
    {"ssf.transformer.resblocks.{i}.mlp.c_fc.weight", "", "", "F", 'L'},
    {"ssf.transformer.resblocks.{i}.mlp.c_fc.bias", "", "", "F", 'L'},
    {"ssf.transformer.resblocks.{i}.mlp.c_proj.weight", "", "", "D", 'L'},
    {"ssf.transformer.resblocks.{i}.mlp.c_proj.bias", "", "", "D", 'L'},
    {"ssf.ln_post.weight", "", "", "D"},
    {"ssf.ln_post.bias", "", "", "D"},
};

const std::vector<TableLine> kLst = {
    {"lst.gate", "", "", "L"},
    {"lst.down.{i}.weight", "", "", "S D", 'V'},
    {"lst.down.{i}.bias", "", "", "S", 'V'},
    {"lst.blocks.{i}.ln_1.weight", "", "", "S", 'L'},
    {"lst.blocks.{i}.ln_1.bias", "", "", "S", 'L'},
    {"lst.blocks.{i}.attn.in_proj_weight", "", "", "W S", 'L'},
    {"lst.blocks.{i}.attn.in_proj_bias", "", "", "W", 'L'},
    {"lst.blocks.{i}.attn.out_proj.weight", "", "", "S S", 'L'},
    {"lst.blocks.{i}.attn.out_proj.bias", "", "", "S", 'L'},
    {"lst.blocks.{i}.ln_2.weight", "", "", "S", 'L'},
    {"lst.blocks.{i}.ln_2.bias", "", "", "S", 'L'},
    {"lst.blocks.{i}.mlp.c_fc.weight", "", "", "G S", 'L'},
    {"lst.blocks.{i}.mlp.c_fc.bias", "", "", "G", 'L'},
    {"lst.blocks.{i}.mlp.c_proj.weight", "", "", "S G", 'L'},
    {"lst.blocks.{i}.mlp.c_proj.bias", "", "", "S", 'L'},
    {"lst.up.weight", "", "", "D S"},
    {"lst.up.bias", "", "", "D"},
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
    rows.push_back({"tower." + row.name.substr(kPrefix), row.shape, {}, {}, false});
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

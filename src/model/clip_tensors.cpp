#include "model/clip_tensors.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "model/limits.h"

namespace relprompt::model {
namespace {

// Letters: D width, P patch, N grid^2 + 1, F MLP width, L layers of the image tower; T, X context, V
// vocabulary, G MLP width, M layers of the text tower; E joint width, Q = 3 D, R = 3 T.
const std::vector<TableLine> kImageTower = {
    {"visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight", "backbone.conv1.weight",
     "D 3 P P"},
    {"visual.class_embedding", "vision_model.embeddings.class_embedding", "backbone.class_embedding", "D"},
    {"visual.positional_embedding", "vision_model.embeddings.position_embedding.weight",
     "backbone.positional_embedding", "N D"},
    {"visual.ln_pre.weight", "vision_model.pre_layrnorm.weight", "backbone.ln_pre.weight", "D"},
    {"visual.ln_pre.bias", "vision_model.pre_layrnorm.bias", "backbone.ln_pre.bias", "D"},
    {"visual.transformer.resblocks.{i}.ln_1.weight", "vision_model.encoder.layers.{i}.layer_norm1.weight",
     "backbone.transformer.resblocks.{i}.ln_1.weight", "D", 'L'},
    {"visual.transformer.resblocks.{i}.ln_1.bias", "vision_model.encoder.layers.{i}.layer_norm1.bias",
     "backbone.transformer.resblocks.{i}.ln_1.bias", "D", 'L'},
    {"visual.transformer.resblocks.{i}.attn.in_proj_weight",
     "vision_model.encoder.layers.{i}.self_attn.{qkv}_proj.weight",
     "backbone.transformer.resblocks.{i}.attn.in_proj_weight", "Q D", 'L'},
    {"visual.transformer.resblocks.{i}.attn.in_proj_bias",
     "vision_model.encoder.layers.{i}.self_attn.{qkv}_proj.bias",
     "backbone.transformer.resblocks.{i}.attn.in_proj_bias", "Q", 'L'},
    {"visual.transformer.resblocks.{i}.attn.out_proj.weight",
     "vision_model.encoder.layers.{i}.self_attn.out_proj.weight",
     "backbone.transformer.resblocks.{i}.attn.out_proj.weight", "D D", 'L'},
    {"visual.transformer.resblocks.{i}.attn.out_proj.bias",
     "vision_model.encoder.layers.{i}.self_attn.out_proj.bias",
     "backbone.transformer.resblocks.{i}.attn.out_proj.bias", "D", 'L'},
    {"visual.transformer.resblocks.{i}.ln_2.weight", "vision_model.encoder.layers.{i}.layer_norm2.weight",
     "backbone.transformer.resblocks.{i}.ln_2.weight", "D", 'L'},
    {"visual.transformer.resblocks.{i}.ln_2.bias", "vision_model.encoder.layers.{i}.layer_norm2.bias",
     "backbone.transformer.resblocks.{i}.ln_2.bias", "D", 'L'},
    {"visual.transformer.resblocks.{i}.mlp.c_fc.weight", "vision_model.encoder.layers.{i}.mlp.fc1.weight",
     "backbone.transformer.resblocks.{i}.mlp.c_fc.weight", "F D", 'L'},
    {"visual.transformer.resblocks.{i}.mlp.c_fc.bias", "vision_model.encoder.layers.{i}.mlp.fc1.bias",
     "backbone.transformer.resblocks.{i}.mlp.c_fc.bias", "F", 'L'},
    {"visual.transformer.resblocks.{i}.mlp.c_proj.weight", "vision_model.encoder.layers.{i}.mlp.fc2.weight",
     "backbone.transformer.resblocks.{i}.mlp.c_proj.weight", "D F", 'L'},
    {"visual.transformer.resblocks.{i}.mlp.c_proj.bias", "vision_model.encoder.layers.{i}.mlp.fc2.bias",
     "backbone.transformer.resblocks.{i}.mlp.c_proj.bias", "D", 'L'},
    {"visual.ln_post.weight", "vision_model.post_layernorm.weight", "backbone.ln_post.weight", "D"},
    {"visual.ln_post.bias", "vision_model.post_layernorm.bias", "backbone.ln_post.bias", "D"},
    {"visual.proj", "^visual_projection.weight", "backbone.proj", "D E"},
};

const std::vector<TableLine> kTextTower = {
    {"token_embedding.weight", "text_model.embeddings.token_embedding.weight",
     "text_encoder.token_embedding.weight", "V T"},
    {"positional_embedding", "text_model.embeddings.position_embedding.weight",
     "text_encoder.positional_embedding", "X T"},
    {"transformer.resblocks.{i}.ln_1.weight", "text_model.encoder.layers.{i}.layer_norm1.weight",
     "text_encoder.transformer.resblocks.{i}.ln_1.weight", "T", 'M'},
    {"transformer.resblocks.{i}.ln_1.bias", "text_model.encoder.layers.{i}.layer_norm1.bias",
     "text_encoder.transformer.resblocks.{i}.ln_1.bias", "T", 'M'},
    {"transformer.resblocks.{i}.attn.in_proj_weight",
     "text_model.encoder.layers.{i}.self_attn.{qkv}_proj.weight",
     "text_encoder.transformer.resblocks.{i}.attn.in_proj_weight", "R T", 'M'},
    {"transformer.resblocks.{i}.attn.in_proj_bias", "text_model.encoder.layers.{i}.self_attn.{qkv}_proj.bias",
     "text_encoder.transformer.resblocks.{i}.attn.in_proj_bias", "R", 'M'},
    {"transformer.resblocks.{i}.attn.out_proj.weight",
     "text_model.encoder.layers.{i}.self_attn.out_proj.weight",
     "text_encoder.transformer.resblocks.{i}.attn.out_proj.weight", "T T", 'M'},
    {"transformer.resblocks.{i}.attn.out_proj.bias", "text_model.encoder.layers.{i}.self_attn.out_proj.bias",
     "text_encoder.transformer.resblocks.{i}.attn.out_proj.bias", "T", 'M'},
    {"transformer.resblocks.{i}.ln_2.weight", "text_model.encoder.layers.{i}.layer_norm2.weight",
     "text_encoder.transformer.resblocks.{i}.ln_2.weight", "T", 'M'},
    {"transformer.resblocks.{i}.ln_2.bias", "text_model.encoder.layers.{i}.layer_norm2.bias",
     "text_encoder.transformer.resblocks.{i}.ln_2.bias", "T", 'M'},
    {"transformer.resblocks.{i}.mlp.c_fc.weight", "text_model.encoder.layers.{i}.mlp.fc1.weight",
     "text_encoder.transformer.resblocks.{i}.mlp.c_fc.weight", "G T", 'M'},
    {"transformer.resblocks.{i}.mlp.c_fc.bias", "text_model.encoder.layers.{i}.mlp.fc1.bias",
     "text_encoder.transformer.resblocks.{i}.mlp.c_fc.bias", "G", 'M'},
    {"transformer.resblocks.{i}.mlp.c_proj.weight", "text_model.encoder.layers.{i}.mlp.fc2.weight",
     "text_encoder.transformer.resblocks.{i}.mlp.c_proj.weight", "T G", 'M'},
    {"transformer.resblocks.{i}.mlp.c_proj.bias", "text_model.encoder.layers.{i}.mlp.fc2.bias",
     "text_encoder.transformer.resblocks.{i}.mlp.c_proj.bias", "T", 'M'},
    {"ln_final.weight", "text_model.final_layer_norm.weight", "text_encoder.ln_final.weight", "T"},
    {"ln_final.bias", "text_model.final_layer_norm.bias", "text_encoder.ln_final.bias", "T"},
    {"text_projection", "^text_projection.weight", "text_encoder.text_projection", "T E"},
    {"logit_scale", "logit_scale", "text_encoder.logit_scale", "", 0, /*optional=*/true},
};

Sizes sizes_of(const ClipConfig& c) {
  return {{'D', c.vision.width},
          {'P', c.vision.patch},
          {'N', c.vision.grid * c.vision.grid + 1},
          {'F', c.vision.mlp_width},
          {'L', c.vision.layers},
          {'Q', 3 * c.vision.width},
          {'T', c.text.width},
          {'X', c.text.context},
          {'V', c.text.vocab},
          {'G', c.text.mlp_width},
          {'M', c.text.layers},
          {'R', 3 * c.text.width},
          {'E', c.joint}};
}

/// Reads sizes from the shapes a file states, one of our names at a time.
class SizeReader {
 public:
  SizeReader(const std::vector<TableLine>& table, const TensorSource& source)
      : table_(table), source_(source) {}

  bool has(const std::string& line_name) const { return source_.shape_of(row(line_name)).has_value(); }

  std::int64_t size(const std::string& line_name, std::size_t dimension) const {
    const TensorRow wanted = row(line_name);
    const auto shape = source_.shape_of(wanted);
    if (!shape || shape->size() != wanted.shape.size() || (*shape)[dimension] <= 0) {
      throw Error(ErrorCode::kTensorMismatch,
                  fmt::format("{}: cannot read the model's sizes: {} of {} has {}", source_.path(), line_name,
                              name_of(source_.checkpoint_format()),
                              shape ? fmt::format("{} dimensions or an empty one, expected {}", shape->size(),
                                                  wanted.shape.size())
                                    : "no match in the file"),
                  "the file seems to be no CLIP model with a ViT image tower");
    }
    return (*shape)[dimension];
  }

  /// Number of consecutive layers from 0 that have this tensor. Throws Error(kTensorMismatch) beyond
  /// kMaxTowerLayers.
  std::int64_t count_layers(const std::string& line_name) const {
    const auto rows = rows_of(line_name, kMaxTowerLayers + 1);
    const auto end =
        std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return !source_.shape_of(r); });
    if (end != rows.end()) return end - rows.begin();
    throw Error(ErrorCode::kTensorMismatch,
                fmt::format("{}: a tower of more than {} layers", source_.path(), kMaxTowerLayers),
                "no CLIP has so many");
  }

 private:
  TensorRow row(const std::string& line_name) const { return rows_of(line_name, 1).front(); }

  std::vector<TensorRow> rows_of(const std::string& line_name, std::int64_t layers) const {
    const auto line =
        std::find_if(table_.begin(), table_.end(), [&](const TableLine& l) { return line_name == l.name; });
    // Any sizes do: only names and the number of dimensions are used.
    Sizes sizes = sizes_of(ClipConfig());
    sizes['L'] = sizes['M'] = layers;
    return expand({*line}, sizes);
  }

  const std::vector<TableLine>& table_;
  const TensorSource& source_;
};

}  // namespace

std::vector<TensorRow> image_tower_rows(const ClipConfig& config) {
  return expand(kImageTower, sizes_of(config));
}

std::vector<TensorRow> text_tower_rows(const ClipConfig& config) {
  if (!config.text.present()) return {};
  return expand(kTextTower, sizes_of(config));
}

ClipConfig infer_config(const TensorSource& source) {
  ClipConfig config;
  const SizeReader image(kImageTower, source);
  auto& vision = config.vision;
  vision.width = image.size("visual.conv1.weight", 0);
  vision.patch = image.size("visual.conv1.weight", 2);
  const auto positions = image.size("visual.positional_embedding", 0) - 1;
  if (positions < 1) {
    throw Error(
        ErrorCode::kTensorMismatch,
        fmt::format("{}: the image tower's positional_embedding has {} row: expected one for the class token "
                    "and at least one for a patch",
                    source.path(), positions + 1),
        "the file is damaged, or no CLIP with a ViT");
  }
  vision.grid = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(positions))));
  vision.layers = image.count_layers("visual.transformer.resblocks.{i}.ln_1.weight");
  vision.mlp_width = image.size("visual.transformer.resblocks.{i}.mlp.c_fc.weight", 0);
  config.joint = image.size("visual.proj", 1);

  const SizeReader words(kTextTower, source);
  auto& text = config.text;
  text.layers =
      words.has("token_embedding.weight") ? words.count_layers("transformer.resblocks.{i}.ln_1.weight") : 0;
  if (text.present()) {
    text.vocab = words.size("token_embedding.weight", 0);
    text.width = words.size("token_embedding.weight", 1);
    text.context = words.size("positional_embedding", 0);
    text.mlp_width = words.size("transformer.resblocks.{i}.mlp.c_fc.weight", 0);
  }
  return config;
}

}  // namespace relprompt::model

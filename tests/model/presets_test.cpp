// Published architectures: every tensor of each by name and shape, and the number of parameters that
// open_clip states for the whole model.
#include "model/presets.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/clip_tensors.h"

namespace relprompt::model {
namespace {

using Shape = std::vector<std::int64_t>;
using Shapes = std::map<std::string, Shape>;

struct Published {
  const char* name;
  std::int64_t patch, positions, width, layers, head, mlp, text_width, text_layers, joint;
  double
      million_parameters;  ///< OpenAI's models exactly, open_clip's as its docs/model_profile.csv rounds them
  Activation activation;
};

/// The tensors of a stack of layers, written out from a layer's definition.
void add_layers(const std::string& stem, std::int64_t layers, std::int64_t width, std::int64_t mlp,
                Shapes& shapes) {
  for (std::int64_t i = 0; i < layers; ++i) {
    const auto layer = stem + "transformer.resblocks." + std::to_string(i) + ".";
    for (const char* norm : {"ln_1", "ln_2"}) {
      shapes[layer + norm + ".weight"] = shapes[layer + norm + ".bias"] = {width};
    }
    shapes[layer + "attn.in_proj_weight"] = {3 * width, width};
    shapes[layer + "attn.in_proj_bias"] = {3 * width};
    shapes[layer + "attn.out_proj.weight"] = {width, width};
    shapes[layer + "attn.out_proj.bias"] = {width};
    shapes[layer + "mlp.c_fc.weight"] = {mlp, width};
    shapes[layer + "mlp.c_fc.bias"] = {mlp};
    shapes[layer + "mlp.c_proj.weight"] = {width, mlp};
    shapes[layer + "mlp.c_proj.bias"] = {width};
  }
}

Shapes expected_shapes(const Published& p) {
  Shapes shapes = {{"visual.conv1.weight", {p.width, 3, p.patch, p.patch}},
                   {"visual.class_embedding", {p.width}},
                   {"visual.positional_embedding", {p.positions, p.width}},
                   {"visual.ln_pre.weight", {p.width}},
                   {"visual.ln_pre.bias", {p.width}},
                   {"visual.ln_post.weight", {p.width}},
                   {"visual.ln_post.bias", {p.width}},
                   {"visual.proj", {p.width, p.joint}},
                   {"token_embedding.weight", {49408, p.text_width}},
                   {"positional_embedding", {77, p.text_width}},
                   {"ln_final.weight", {p.text_width}},
                   {"ln_final.bias", {p.text_width}},
                   {"text_projection", {p.text_width, p.joint}},
                   {"logit_scale", {}}};
  add_layers("visual.", p.layers, p.width, p.mlp, shapes);
  add_layers("", p.text_layers, p.text_width, 4 * p.text_width, shapes);
  return shapes;
}

class Presets : public testing::TestWithParam<Published> {};

TEST_P(Presets, EveryTensorHasItsShape) {
  const auto& published = GetParam();
  const auto& config = preset(published.name);
  auto rows = image_tower_rows(config);
  for (auto& row : text_tower_rows(config)) rows.push_back(std::move(row));
  auto expected = expected_shapes(published);
  double parameters = 0;
  for (const auto& row : rows) {
    const auto found = expected.find(row.name);
    ASSERT_NE(found, expected.end()) << row.name;
    EXPECT_EQ(row.shape, found->second) << row.name;
    expected.erase(found);
    parameters += static_cast<double>(row.elements());
  }
  EXPECT_TRUE(expected.empty()) << expected.begin()->first << " is in no row";
  EXPECT_NEAR(parameters / 1e6, published.million_parameters, 0.0051);
}

TEST_P(Presets, SayWhatNoShapeSays) {
  const auto& published = GetParam();
  const auto& config = preset(published.name);
  EXPECT_EQ(config.vision.width / config.vision.heads, published.head);
  EXPECT_EQ(config.vision.width % config.vision.heads, 0);
  EXPECT_EQ(config.text.width / config.text.heads, 64);
  EXPECT_EQ(config.activation, published.activation);
  EXPECT_EQ(architecture_name(config), published.name);
}

constexpr auto kQuick = Activation::kQuickGelu, kExact = Activation::kGelu;

INSTANTIATE_TEST_SUITE_P(
    All, Presets,
    testing::Values(Published{"ViT-B-32", 32, 50, 768, 12, 64, 3072, 512, 12, 512, 151.277313, kQuick},
                    Published{"ViT-B-16", 16, 197, 768, 12, 64, 3072, 512, 12, 512, 149.620737, kQuick},
                    Published{"ViT-L-14", 14, 257, 1024, 24, 64, 4096, 768, 12, 768, 427.616513, kQuick},
                    Published{"ViT-L-14-336", 14, 577, 1024, 24, 64, 4096, 768, 12, 768, 427.944193, kQuick},
                    Published{"ViT-H-14", 14, 257, 1280, 32, 80, 5120, 1024, 24, 1024, 986.11, kExact},
                    Published{"ViT-g-14", 14, 257, 1408, 40, 88, 6144, 1024, 24, 1024, 1366.68, kExact},
                    Published{"ViT-bigG-14", 14, 257, 1664, 48, 104, 8192, 1280, 32, 1280, 2539.57, kExact}),
    [](const auto& row) {
      std::string name = row.param.name;
      for (char& c : name) c = c == '-' ? '_' : c;
      return name;
    });

TEST(Presets, AreAllTestedHere) {
  EXPECT_EQ(presets().size(), 7u);
}

}  // namespace
}  // namespace relprompt::model

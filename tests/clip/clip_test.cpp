// The tensor table without weights, reading sizes back, and what both towers promise.
#include <set>

#include <gtest/gtest.h>

#include "archive/safetensors.h"
#include "clip/image_tower.h"
#include "clip/load.h"
#include "clip/text_tower.h"
#include "model/clip_tensors.h"
#include "model/presets.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::clip {
namespace {

using namespace model;

using test::close;
using test::uniform;

std::vector<TensorRow> all_rows(const ClipConfig& config) {
  auto rows = image_tower_rows(config);
  const auto text = text_tower_rows(config);
  rows.insert(rows.end(), text.begin(), text.end());
  return rows;
}

/// Writes the rows under the names of a style, stacked tensors split, as a checkpoint in the wild has them.
void write_style(const std::filesystem::path& file, const std::vector<TensorRow>& rows,
                 CheckpointFormat style, const std::string& prefix,
                 const std::set<std::string>& without = {}) {
  std::vector<torch::Tensor> owners;
  std::vector<archive::TensorView> views;
  for (const auto& row : rows) {
    const Source source = row.source(style);
    auto value = uniform(row.name, row.shape);
    if (source.transposed) value = value.t();
    const auto parts = source.names.size() == 1
                           ? std::vector<torch::Tensor>{value}
                           : value.chunk(static_cast<std::int64_t>(source.names.size()), 0);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (without.count(source.names[i]) > 0) continue;
      owners.push_back(parts[i].contiguous());
      const auto& part = owners.back();
      views.push_back({prefix + source.names[i], archive::DType::kF32, part.sizes().vec(),
                       static_cast<const std::byte*>(part.data_ptr()), part.nbytes()});
    }
  }
  archive::write_safetensors(file, views);
}

TensorSource open(const std::filesystem::path& file) {
  return {archive::open_archive(file), file.string()};
}

TEST(TensorTable, EveryParameterOfEveryPresetHasARowOfItsShape) {
  for (const auto& [name, published] : presets()) {
    // A few layers of each: all layers of the largest would take 10 GB.
    ClipConfig config = published;
    config.vision.layers = config.text.layers = 2;
    const ImageTower image(config.vision, config.joint, config.activation);
    const TextTower text(config.text, config.joint, config.activation);
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const auto& row : all_rows(config))
      EXPECT_TRUE(shapes.emplace(row.name, row.shape).second) << row.name;
    std::size_t used = 0;
    for (const auto& p : image->named_parameters()) {
      EXPECT_EQ(shapes.at("visual." + p.key()), p.value().sizes().vec()) << name << " " << p.key();
      ++used;
    }
    for (const auto& p : text->named_parameters()) {
      EXPECT_EQ(shapes.at(p.key()), p.value().sizes().vec()) << name << " " << p.key();
      ++used;
    }
    EXPECT_EQ(used + 1, shapes.size()) << "all rows but logit_scale are parameters";
  }
}

class Styles : public testing::TestWithParam<std::tuple<CheckpointFormat, const char*>> {};

TEST_P(Styles, SizesAndValuesComeBack) {
  const auto [style, prefix] = GetParam();
  const test::TemporaryFolder folder;
  ClipConfig config = test::tiny_config();
  config.vision.layers = 3;
  config.vision.mlp_width = 256;
  const auto rows = all_rows(config);
  write_style(folder / "file.safetensors", rows, style, prefix);
  const auto source = open(folder / "file.safetensors");
  EXPECT_EQ(source.checkpoint_format(), style);
  const auto found = infer_config(source);
  EXPECT_EQ(found.vision.patch, 16);
  EXPECT_EQ(found.vision.grid, 4);
  EXPECT_EQ(found.vision.layers, 3);
  EXPECT_EQ(found.vision.heads, VisionConfig().heads) << "no tensor says it";
  EXPECT_EQ(found.vision.mlp_width, 256);
  EXPECT_EQ(found.joint, 64);
  EXPECT_EQ(found.text.layers, 4);
  EXPECT_EQ(found.text.vocab, 520);
  source.check(rows, {});
  for (const auto& row : rows)
    EXPECT_TRUE(close(source.read(row), uniform(row.name, row.shape), 0)) << row.name;
}

INSTANTIATE_TEST_SUITE_P(All, Styles,
                         testing::Combine(testing::Values(CheckpointFormat::kNative,
                                                          CheckpointFormat::kHuggingFace,
                                                          CheckpointFormat::kMmseg),
                                          testing::Values("", "module.")));

TEST(TensorSource, ReportsAllProblemsInOneMessage) {
  const test::TemporaryFolder folder;
  const ClipConfig config = test::tiny_config();
  auto rows = all_rows(config);
  auto changed = rows;
  changed[1].shape = {7};  // visual.class_embedding
  changed.push_back({"stranger", {2}, {}, {}, {}});
  write_style(folder / "f.safetensors", changed, CheckpointFormat::kNative, "",
              {"visual.ln_post.bias", "ln_final.bias"});
  const auto source = open(folder / "f.safetensors");
  for (const char* part : {"missing (2)", "visual.ln_post.bias", "ln_final.bias", "wrong shape or type (1)",
                           "visual.class_embedding: [7], expected [128]", "unexpected (1)", "stranger"}) {
    EXPECT_ERROR(source.check(rows, {}), ErrorCode::kTensorMismatch, part);
  }
  EXPECT_ERROR(source.check(rows, {"stranger"}), ErrorCode::kTensorMismatch, "missing (2)");
}

TEST(TensorSource, RefusesWhatIsNoClip) {
  const test::TemporaryFolder folder;
  write_style(folder / "f.safetensors", {{"fc.weight", {2, 2}, {}, {}, {}}}, CheckpointFormat::kNative, "");
  EXPECT_ERROR(open(folder / "f.safetensors"), ErrorCode::kUnknownFormat, "fc.weight");
}

TEST(InferConfig, NamesTheTensorThatIsMissing) {
  const test::TemporaryFolder folder;
  write_style(folder / "f.safetensors", all_rows(test::tiny_config()), CheckpointFormat::kNative, "",
              {"visual.positional_embedding"});
  EXPECT_ERROR(infer_config(open(folder / "f.safetensors")), ErrorCode::kTensorMismatch,
               "visual.positional_embedding");
}

TEST(ImageTower, PositionsFollowTheGrid) {
  const torch::NoGradGuard no_grad;
  const auto config = test::tiny_config();
  ImageTower tower(config.vision, config.joint, config.activation);
  test::fill_by_name(*tower, "clip.visual.");
  for (const auto& [height, width] : {std::pair<int, int>{64, 64}, {16, 16}, {96, 144}, {70, 47}}) {
    const auto out = tower->forward(uniform("image", {1, 3, height, width}));
    EXPECT_EQ(out.size(1), 1 + (height / 16) * (width / 16));
  }
}

TEST(ImageTower, HookIsCalledBetweenAllLayers) {
  const torch::NoGradGuard no_grad;
  struct Recorder : LayerHook {
    std::vector<std::int64_t> layers;
    void between_layers(LayerState& state) override {
      layers.push_back(state.layer);
      EXPECT_FALSE(state.prompt.defined());
    }
  } recorder;
  const auto config = test::tiny_config();
  ImageTower tower(config.vision, config.joint, config.activation);
  test::fill_by_name(*tower, "clip.visual.");
  tower->forward(uniform("image", {1, 3, 64, 64}), &recorder);
  EXPECT_EQ(recorder.layers, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(TextTower, WhatFollowsTheEndTokenDoesNotMatter) {
  const torch::NoGradGuard no_grad;
  const auto config = test::tiny_config();
  TextTower tower(config.text, config.joint, config.activation);
  test::fill_by_name(*tower, "clip.");
  auto tokens = torch::zeros({2, 77}, torch::kInt64);
  const std::vector<std::int64_t> row = {512, 40, 41, 513};
  for (std::size_t i = 0; i < row.size(); ++i) tokens.index_put_({0, static_cast<std::int64_t>(i)}, row[i]);
  tokens[1].fill_(7);
  tokens[1][0] = 512;
  tokens[1][76] = 513;
  const auto both = tower(tokens);                   // the second row keeps all 77 columns
  const auto alone = tower(tokens.narrow(0, 0, 1));  // the first needs four
  EXPECT_TRUE(close(alone[0], both[0], 1e-5));
  EXPECT_TRUE(close(both.norm(2, -1), torch::ones({2}), 1e-5));
}

}  // namespace
}  // namespace relprompt::clip

// Number-by-number parity with the reference (tools/reference): the tiny network in every checkpoint format,
// and ViT-B/16. Whole networks are on the device of test_device.h.
#include <algorithm>

#include <gtest/gtest.h>

#include "clip/as_torch.h"
#include "clip/load.h"
#include "clip/text_tower.h"
#include "kernels/score_maps.h"
#include "model/clip_tensors.h"
#include "model/model_files.h"
#include "model/model_folder.h"
#include "model/presets.h"
#include "model/prompt_tensors.h"
#include "model/random_model.h"
#include "network/network.h"
#include "network/torch_scorer.h"
#include "rpm/m2oe.h"
#include "segmenter/sliding_window.h"
#include "segmenter/windows.h"
#include "tensors.h"
#include "test_device.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::Precision;
using network::Network;

namespace fs = std::filesystem;
using test::close;

constexpr double kFp32 = 1e-4;  // whole tiny network on logits of unit scale

ClassEmbeddings one_name_each(const torch::Tensor& text) {
  const auto rows = text.contiguous();
  return one_row_each({rows.data_ptr<float>(), rows.data_ptr<float>() + rows.numel()}, rows.size(1));
}

torch::Tensor text_embeddings(const ModelFiles& model, const torch::Tensor& tokens) {
  clip::TextTower tower(model.config.clip.text, model.config.clip.joint, model.config.clip.activation);
  clip::load_frozen(*tower, "", model.text_rows(), *model.clip);
  return tower(tokens);
}

torch::Tensor image_embeddings(const ModelFiles& model, const torch::Tensor& image) {
  clip::ImageTower tower(model.config.clip.vision, model.config.clip.joint, model.config.clip.activation);
  clip::load_frozen(*tower, "visual.", model.image_rows(), *model.clip);
  return tower->encode_image(image);
}

/// Calibrated class planes of an image that is already network input, as RPN.slide gives them.
torch::Tensor slide(Network& network, const torch::Tensor& input, const ClassEmbeddings& classes,
                    std::int64_t crop, std::int64_t stride, const std::vector<float>& penalty) {
  const auto height = input.size(2), width = input.size(3);
  const auto windows = sliding_windows(height, width, crop, stride);
  const auto texts = network::DeviceClasses(network.device()).rows(classes);
  std::vector<torch::Tensor> scores;
  kernels::LabelTask task;
  for (const auto& w : windows) {
    const auto crop_of = input.narrow(2, w.y, w.height).narrow(3, w.x, w.width).to(network.device());
    scores.push_back(network.patch_scores(crop_of, texts)[0].cpu().contiguous());
    task.windows.push_back({scores.back().data_ptr<float>(), w.y, w.x});
  }
  task.patches = {scores.front().size(1), scores.front().size(2)};
  task.window = {windows.front().height, windows.front().width};
  task.resized = task.image = {height, width};
  task.first = classes.first;
  task.penalty = penalty;
  task.score_activation = network.score_activation();
  auto planes = torch::empty({static_cast<std::int64_t>(classes.classes()), height, width});
  kernels::ScoreMaps(task).compute(0, classes.classes(), planes.data_ptr<float>());
  return planes;
}

class TinyGolden : public testing::TestWithParam<model::Variant> {
 protected:
  void SetUp() override {
    const auto shared = test::shared_folder();
    if (!shared) GTEST_SKIP() << "no ../shared folder";
    folder_ = *shared / "golden/tiny";
    golden_.emplace(folder_ / "expected.safetensors");
    model_.emplace(GetParam() == model::Variant::kOfficial ? open_model(folder_ / "rpn_mmseg.pth")
                                                           : paper_model());
    network_.emplace(*model_, test::test_device(), Precision::kFp32);
  }

  std::string name(const std::string& what) const {
    return (GetParam() == model::Variant::kOfficial ? "official." : "paper.") + what;
  }
  torch::Tensor expected(const std::string& what) const { return (*golden_)[name(what)]; }
  torch::Tensor shared_input(const std::string& what) const { return (*golden_)[what]; }
  torch::Tensor on_device(const std::string& what) const {
    return shared_input(what).to(test::test_device());
  }

  /// The goldens' CLIP with name-hashed paper prompts, which no file holds.
  ModelFiles paper_model() {
    const auto source = open_model(folder_ / "clip_hf");
    ModelConfig config = source.config;
    config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
    config.image = Normalisation::image_net();
    test::write_hashed_model(scratch_ / "paper", config);
    return open_model(scratch_ / "paper");
  }

  test::TemporaryFolder scratch_;
  fs::path folder_;
  std::optional<test::Golden> golden_;
  std::optional<ModelFiles> model_;
  std::optional<Network> network_;
  const double tolerance_ = test::rounding(kFp32);
  torch::InferenceMode no_gradients_;
};

TEST_P(TinyGolden, PatchLogitsAndEveryTracedStage) {
  std::size_t stages = 0;
  const auto observer = [&](const std::string& stage, const torch::Tensor& value) {
    if (stage.find(".m2oe_update") != std::string::npos) return;  // a figure of ours, not the reference's
    EXPECT_TRUE(close(value, expected(stage), tolerance_)) << stage;
    ++stages;
  };
  const auto logits = network_->patch_scores(on_device("image"), on_device("text"), observer);
  EXPECT_TRUE(close(logits, expected("patch_logits"), tolerance_));
  EXPECT_EQ(stages, 4u * 2 + 3u * 2);  // class token and patches of 4 layers, map and prompt of 3
}

TEST_P(TinyGolden, RectangularGrid) {
  const auto wide = on_device("wide_image").narrow(2, 0, 96).narrow(3, 0, 144);
  const auto logits = network_->patch_scores(wide, on_device("text"));
  EXPECT_TRUE(close(logits, expected("rectangular_patch_logits"), tolerance_));
}

TEST_P(TinyGolden, PredictedProbabilities) {
  const auto image = shared_input("image");
  const auto classes = one_name_each(shared_input("text"));
  const std::vector<float> seen = {0.1f, 0.1f, 0.1f, 0.1f, 0, 0};
  for (std::int64_t i = 0; i < image.size(0); ++i) {
    const auto planes = slide(*network_, image.narrow(0, i, 1), classes, 64, 64, seen);
    EXPECT_TRUE(close(planes, expected("predict")[i], tolerance_));
  }
}

TEST_P(TinyGolden, SlidingWindows) {
  const auto planes = slide(*network_, shared_input("wide_image"), one_name_each(shared_input("text")), 64,
                            53, {0.1f, 0.1f, 0.1f, 0.1f, 0, 0});
  EXPECT_TRUE(close(planes, expected("slide")[0], tolerance_));
}

TEST_P(TinyGolden, SegmentsTheImage) {
  const auto bytes = shared_input("photo");
  Image image;
  image.height = static_cast<int>(bytes.size(0));
  image.width = static_cast<int>(bytes.size(1));
  image.rgb.assign(bytes.data_ptr<std::uint8_t>(), bytes.data_ptr<std::uint8_t>() + bytes.numel());
  SegmentOptions options;
  options.short_side = 64;
  options.window = 64;
  options.stride = 53;
  options.seen = {0, 1, 2, 3};
  const auto want = expected("segment");
  auto got = torch::zeros_like(want);
  const auto sink = [&](std::size_t first, std::size_t count, const float* planes) {
    const auto size = static_cast<std::size_t>(want.size(1) * want.size(2));
    std::copy(planes, planes + count * size, got.data_ptr<float>() + first * size);
  };
  const auto classes = one_name_each(shared_input("text"));
  network::TorchScorer scorer(*network_);
  const auto result = segment_image(scorer, model_->config, classes, image,
                                    resolve(options, model_->config, classes.classes()), sink);
  EXPECT_TRUE(close(got, want, test::rounding(2e-3)));
  const auto labels = torch::from_blob(const_cast<std::uint16_t*>(result.labels.labels.data()),
                                       {image.height, image.width}, torch::kInt16)
                          .to(torch::kInt64);
  EXPECT_TRUE(torch::equal(labels, got.argmax(0)));
}

INSTANTIATE_TEST_SUITE_P(Variants, TinyGolden,
                         testing::Values(model::Variant::kOfficial, model::Variant::kPaper),
                         [](const auto& variant) {
                           return variant.param == model::Variant::kOfficial ? "official" : "paper";
                         });

struct Format {
  const char* file;
  double embedding_tolerance;
};

class CheckpointFormats : public testing::TestWithParam<Format> {};

TEST_P(CheckpointFormats, GiveTheReferencesEmbeddings) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const torch::InferenceMode no_gradients;
  const test::Golden golden(shared / "golden/tiny/expected.safetensors");
  const auto model = open_model(shared / "golden/tiny" / GetParam().file);
  EXPECT_TRUE(
      close(text_embeddings(model, golden["tokens"]), golden["text"], GetParam().embedding_tolerance));
  if (model.config.prompts) return;  // an RPN's class token is another one, see ClassToken
  EXPECT_TRUE(close(image_embeddings(model, golden["image"]), golden["image_embedding"],
                    GetParam().embedding_tolerance));
}

TEST_P(CheckpointFormats, CarryPromptsToTheSameLogits) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const torch::InferenceMode no_gradients;
  const test::Golden golden(shared / "golden/tiny/expected.safetensors");
  test::TemporaryFolder scratch;
  // The format's towers with name-hashed prompts: for half precision files this bounds what rounding costs.
  auto model = open_model(shared / "golden/tiny" / GetParam().file);
  const bool half = GetParam().embedding_tolerance > kFp32;
  for (const auto variant : {model::Variant::kOfficial, model::Variant::kPaper}) {
    ModelConfig config = model.config;
    config.prompts = test::tiny_prompts(variant, config.clip);
    test::write_hashed_model(scratch / "model", config);
    auto with_prompts = open_model(scratch / "model");
    with_prompts.clip = model.clip;
    Network network(with_prompts, torch::kCPU, Precision::kFp32);
    const std::string prefix = variant == model::Variant::kOfficial ? "official." : "paper.";
    const auto logits = network.patch_scores(golden["image"], golden["text"]);
    EXPECT_TRUE(close(logits, golden[prefix + "patch_logits"], half ? 5e-3 : kFp32)) << prefix;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, CheckpointFormats,
                         testing::Values(Format{"clip_hf", 1e-4}, Format{"clip_openclip.pt", 1e-4},
                                         Format{"clip_openai.pt", 2e-3}, Format{"rpn_mmseg.pth", 1e-4}),
                         [](const auto& format) {
                           std::string name = format.param.file;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(M2oeGolden, OutputAndScores) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const torch::InferenceMode no_gradients;
  const test::Golden golden(shared / "golden/tiny/expected.safetensors");
  rpm::M2oe block(128, model::M2oeOptions());
  test::fill_by_name(*block, "m2oe.0.");
  const auto input = golden["paper.m2oe_input"];
  EXPECT_TRUE(close(block(input, nn::Grid{4, 6}), golden["paper.m2oe_output"], kFp32));
  EXPECT_TRUE(close(block->scores(block->down(input)), golden["paper.m2oe_scores"], kFp32));
}

/// ViT-B/16 on the 32x32 grid, its positions resized from the 14x14 that are hashed. No text tower.
void write_base_model(const fs::path& folder, model::Variant variant) {
  ModelConfig config;
  config.clip = model::preset("ViT-B-16");
  config.clip.vision.grid = 32;
  config.clip.text.layers = 0;
  config.prompts = test::tiny_prompts(variant, config.clip, /*tokens=*/10);
  ModelFolderWriter writer(folder);
  writer.write_tensors(
      "clip.safetensors", model::image_tower_rows(config.clip), [](const model::TensorRow& row) {
        if (row.name != "visual.positional_embedding")
          return random_weights("clip." + row.name, row.shape, 0);
        const auto hashed = clip::as_torch(random_weights("clip." + row.name, {197, 768}, 0));
        const auto grid = nn::resize_rows(hashed.narrow(0, 1, 196), {14, 14}, {32, 32});
        return clip::from_torch(torch::cat({hashed.narrow(0, 0, 1), grid}, 0));
      });
  writer.write_tensors("prompts.safetensors", prompt_rows(config.clip, *config.prompts),
                       [](const model::TensorRow& row) { return random_weights(row.name, row.shape, 0); });
  writer.write_text("config.json", to_json(config));
  writer.commit();
}

class BaseGolden : public testing::TestWithParam<model::Variant> {};

TEST_P(BaseGolden, PatchLogitsOfVitB16) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const torch::InferenceMode no_gradients;
  const test::Golden golden(shared / "golden/base/expected.safetensors");
  const test::TemporaryFolder scratch;
  write_base_model(scratch / "base", GetParam());
  Network network(open_model(scratch / "base"), test::test_device(), Precision::kFp32);
  const auto image = test::uniform("base_image", {1, 3, 512, 512}).to(test::test_device()) * 2;
  const auto text = golden["text"].to(test::test_device());
  const double tolerance = test::rounding(1e-3);
  const std::string prefix = GetParam() == model::Variant::kOfficial ? "official." : "paper.";
  std::size_t stages = 0;
  const auto observer = [&](const std::string& stage, const torch::Tensor& value) {
    if (!golden.has(prefix + stage)) return;
    EXPECT_TRUE(close(value, golden[prefix + stage], tolerance)) << stage;
    ++stages;
  };
  EXPECT_TRUE(close(network.patch_scores(image, text, observer), golden[prefix + "patch_logits"], tolerance));
  EXPECT_EQ(stages, 2u);
}

INSTANTIATE_TEST_SUITE_P(Variants, BaseGolden,
                         testing::Values(model::Variant::kOfficial, model::Variant::kPaper),
                         [](const auto& variant) {
                           return variant.param == model::Variant::kOfficial ? "official" : "paper";
                         });

}  // namespace
}  // namespace relprompt::segmenter

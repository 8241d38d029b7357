// The engine against the reference's numbers for the micro network, which every clone has
// (tests/golden/micro, made by tools/reference): texts, every stage of both variants, dense heads, and the
// class planes of an image.
#include <gtest/gtest.h>

#include "engine/text_encoder.h"
#include "golden_support.h"
#include "model/model_files.h"
#include "segmenter/sliding_window.h"
#include "test_support.h"
#include "text/tokenizer.h"
#include "tiny_models.h"

namespace relprompt::engine {
namespace {

using kernels::Precision;
using test::GoldenFile;
using test::near;

constexpr double kFp32 = 2e-5;  // fp32 rounding of a whole network: 2e-6 with AVX-512; the goldens are exact
const char* const kClasses[] = {"cat", "dog", "sky", "grass", "potted plant"};

/// The micro network with name-hashed weights, as the reference makes them.
model::ModelFiles micro_model(const test::TemporaryFolder& scratch,
                              const std::optional<model::Variant>& variant,
                              const std::string& head = "maskclip") {
  model::ModelConfig config;
  config.clip = test::micro_config();
  config.head = head;
  if (variant) {
    config.prompts = test::tiny_prompts(*variant, config.clip, /*tokens=*/3);
    config.image = model::Normalisation::image_net();
  }
  test::write_hashed_model(scratch / "model", config);
  return model::open_model(scratch / "model");
}

class MicroGolden : public testing::Test {
 protected:
  const GoldenFile golden_{test::golden_folder() / "micro/expected.safetensors"};
  const test::TemporaryFolder scratch_;
};

TEST_F(MicroGolden, TokensOfTheClassNames) {
  const auto tokenizer = text::Tokenizer::load(test::golden_folder() / "micro/merges.txt");
  EXPECT_EQ(tokenizer.vocab_size(), test::micro_config().text.vocab);
  std::vector<std::int64_t> tokens;
  for (const std::string name : kClasses) {
    const auto row = tokenizer.tokens("a photo of a " + name, 32, /*truncate=*/false);
    tokens.insert(tokens.end(), row.begin(), row.end());
  }
  EXPECT_EQ(tokens, golden_.integers("tokens"));
}

TEST_F(MicroGolden, TextEmbeddings) {
  const auto model = micro_model(scratch_, std::nullopt);
  const auto texts = static_cast<std::int64_t>(std::size(kClasses));
  EXPECT_TRUE(near(TextEncoder(model).encode(golden_.integers("tokens"), texts), golden_["text"], kFp32));
}

TEST_F(MicroGolden, ClassProbabilitiesOfDenseHeads) {
  const std::pair<const char*, const char*> heads[] = {
      {"maskclip", "maskclip"}, {"maskclip-residual", "maskclip-residual"}, {"none", "full"}};
  const auto image = golden_["image"];
  for (const auto& [head, name] : heads) {
    const auto model = micro_model(scratch_, std::nullopt, head);
    const Network network(model, Precision::kFp32);
    const auto scores = scores_of(network, images_of(image), golden_["text"]);
    EXPECT_TRUE(near(scores, golden_[std::string(name) + ".probabilities"], kFp32)) << name;
  }
}

class MicroGoldenVariants : public MicroGolden, public testing::WithParamInterface<model::Variant> {
 protected:
  std::string prefix() const { return GetParam() == model::Variant::kOfficial ? "official." : "paper."; }

  /// Class planes [C, height, width] of the goldens' image, its shorter side brought to `short_side` pixels.
  std::vector<float> planes(int short_side) const {
    const auto pixels = golden_.stored("photo");
    const auto* first = static_cast<const std::uint8_t*>(pixels.data());
    const Image image{static_cast<int>(pixels.shape()[0]),
                      static_cast<int>(pixels.shape()[1]),
                      {first, first + pixels.elements()}};
    SegmentOptions options;
    options.short_side = short_side;
    options.window = 32;
    options.stride = 27;
    options.seen = {0, 1};
    const auto text = golden_["text"];
    const auto classes =
        segmenter::one_row_each({text.floats(), text.floats() + text.elements()}, text.shape()[1]);
    std::vector<float> all;
    const auto sink = [&](std::size_t, std::size_t count, const float* values) {
      all.insert(all.end(), values, values + count * image.rgb.size() / 3);
    };
    segmenter::EngineScorer scorer(network_);
    segmenter::segment_image(scorer, model_.config, classes, image,
                             segmenter::resolve(options, model_.config, classes.classes()), sink);
    return all;
  }

  const model::ModelFiles model_ = micro_model(scratch_, GetParam());
  const Network network_{model_, Precision::kFp32};
};

TEST_P(MicroGoldenVariants, PatchLogitsAndEveryTracedStage) {
  // Class token and patches of 4 layers, map and prompt of 3.
  EXPECT_EQ(expect_every_stage(network_, golden_, prefix(), kFp32), 4u * 2 + 3u * 2);
}

TEST_P(MicroGoldenVariants, RectangularGrid) {
  const auto image = golden_["wide_image"];
  const auto logits = scores_of(network_, images_of(image), golden_["text"]);
  EXPECT_TRUE(near(logits, golden_[prefix() + "rectangular_patch_logits"], kFp32));
}

TEST_P(MicroGoldenVariants, ClassPlanesOfAnImage) {
  EXPECT_TRUE(near(planes(/*short_side=*/40), golden_[prefix() + "slide"], kFp32));
}

TEST_P(MicroGoldenVariants, ClassPlanesOfAResizedImage) {
  // An image is resized to whole levels, 1/58 apart as network input; versions of OpenCV may round some
  // otherwise.
  EXPECT_TRUE(near(planes(/*short_side=*/32), golden_[prefix() + "segment"], 2e-3));
}

INSTANTIATE_TEST_SUITE_P(Variants, MicroGoldenVariants,
                         testing::Values(model::Variant::kOfficial, model::Variant::kPaper),
                         [](const auto& variant) {
                           return variant.param == model::Variant::kOfficial ? "official" : "paper";
                         });

}  // namespace
}  // namespace relprompt::engine

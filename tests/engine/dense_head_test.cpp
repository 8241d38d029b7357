// The table of dense heads: names in configs and on the command line, and models that have none.
#include "engine/dense_head.h"

#include <gmock/gmock.h>

#include "engine/network.h"
#include "golden_support.h"
#include "model/model_files.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::engine {
namespace {

model::ModelFiles micro_model(const test::TemporaryFolder& scratch, const std::string& head,
                              bool prompts = false) {
  model::ModelConfig config;
  config.clip = test::micro_config();
  config.head = head;
  if (prompts) config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
  test::write_hashed_model(scratch / "model", config);
  return model::open_model(scratch / "model");
}

TEST(DenseHeads, EveryNameGivesScoresOfItsOwn) {
  const test::TemporaryFolder scratch;
  const model::Tensor image({1, 3, 32, 32}, test::uniform_numbers("image", 3 * 32 * 32));
  const model::Tensor text({3, 32}, test::unit_rows("texts", 3, 32));
  auto model = micro_model(scratch, "maskclip");
  std::vector<std::vector<float>> seen;
  for (const auto& name : dense_head_names()) {
    choose_dense_head(name, model);
    EXPECT_EQ(model.config.head, name);
    EXPECT_EQ(has_dense_head(model.config), name != "none");
    const Network network(model, kernels::Precision::kFp32);
    seen.push_back(scores_of(network, images_of(image), text));
    for (std::size_t i = 0; i + 1 < seen.size(); ++i) EXPECT_NE(seen[i], seen.back()) << name;
  }
}

TEST(DenseHeads, NamesAreChecked) {
  const test::TemporaryFolder scratch;
  auto model = micro_model(scratch, "maskclip");
  EXPECT_ERROR(choose_dense_head("mask-clip", model), ErrorCode::kBadArgument, "did you mean maskclip?");
  model.config.head = "future";
  EXPECT_ERROR(choose_dense_head("", model), ErrorCode::kBadModelConfig,
               "'head' should be one of none, maskclip");
  EXPECT_ERROR(Network(model, kernels::Precision::kFp32), ErrorCode::kBadModelConfig, "\"future\"");
  model.config.head = "none";
  EXPECT_ERROR(make_dense_head(model.config, {}), ErrorCode::kInternal, "no dense head");
}

TEST(DenseHeads, ModelsWithPromptsHaveNone) {
  const test::TemporaryFolder scratch;
  auto model = micro_model(scratch, "future", /*prompts=*/true);
  EXPECT_FALSE(has_dense_head(model.config)) << "whatever its config says";
  EXPECT_NO_THROW(choose_dense_head("", model));
  EXPECT_ERROR(choose_dense_head("maskclip", model), ErrorCode::kBadArgument, "--training-free");
  model::drop_prompts(model);
  EXPECT_NO_THROW(choose_dense_head("maskclip", model));
  EXPECT_TRUE(has_dense_head(model.config));
}

TEST(DenseHeads, OlderConfigsSayTrainingFree) {
  const auto head_of = [](const std::string& json) { return model::parse_config(json, "config.json").head; };
  EXPECT_EQ(head_of("{}"), "scclip");
  EXPECT_EQ(head_of(R"({"head": "maskclip"})"), "maskclip");
  EXPECT_EQ(head_of(R"({"training_free": "value"})"), "maskclip");
  EXPECT_EQ(head_of(R"({"training_free": "value_residual_mlp"})"), "maskclip-residual");
  EXPECT_EQ(head_of(R"({"training_free": "full"})"), "none");
  EXPECT_EQ(head_of(R"({"head": "none"})"), "none");
  EXPECT_EQ(head_of(R"({"training_free": null, "head": "none"})"), "none");
  EXPECT_ERROR(head_of(R"({"training_free": "fall"})"), ErrorCode::kBadModelConfig, "did you mean full?");
  EXPECT_ERROR(head_of(R"({"head": 1})"), ErrorCode::kBadModelConfig, "'head' should be a text");
  model::ModelConfig config;
  config.head = "maskclip-residual";
  const auto text = model::to_json(config);
  EXPECT_EQ(text.find("resclip"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("head": "maskclip-residual")"), std::string::npos) << text;
  EXPECT_EQ(text.find("training_free"), std::string::npos) << text;
}

TEST(DenseHeads, SettingsOfResclipAreReadAndWritten) {
  model::ModelConfig config;
  config.head = "resclip-sfr";
  config.resclip = {2.5, 0.3, 2.2, 0.6, 30, 0.25};
  const auto read = model::parse_config(model::to_json(config), "config.json").resclip;
  EXPECT_EQ(read.total, 2.5);
  EXPECT_EQ(read.middle_share, 0.3);
  EXPECT_EQ(read.feedback_total, 2.2);
  EXPECT_EQ(read.feedback_share, 0.6);
  EXPECT_EQ(read.label_scale, 30);
  EXPECT_EQ(read.label_threshold, 0.25);
  EXPECT_ERROR(model::parse_config(R"({"resclip": {"middle_share": 1.5}})", "config.json"),
               ErrorCode::kBadModelConfig, "'middle_share'");
  EXPECT_ERROR(model::parse_config(R"({"resclip": {"share": 0.5}})", "config.json"),
               ErrorCode::kBadModelConfig, "share");
}

TEST(DenseHeads, LayersOfOtherTowers) {
  const auto all = [](std::int64_t layers) {
    std::vector<std::int64_t> found;
    for (const std::int64_t layer : {4, 6, 9, 10}) found.push_back(layer_of_12(layer, layers));
    return found;
  };
  using Layers = std::vector<std::int64_t>;
  EXPECT_EQ(all(12), (Layers{4, 6, 9, 10}));
  EXPECT_EQ(all(24), (Layers{8, 12, 18, 20}));
  EXPECT_EQ(all(32), (Layers{11, 16, 24, 27}));
  EXPECT_EQ(all(4), (Layers{1, 2, 3, 3}));
  EXPECT_EQ(all(2), (Layers{1, 1, 1, 1}));
  EXPECT_EQ(all(1), (Layers{0, 0, 0, 0}));
}

}  // namespace
}  // namespace relprompt::engine

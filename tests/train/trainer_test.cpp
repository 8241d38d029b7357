// One update: micro-batches, a saved state, and losses that are no numbers.
#include "train/trainer.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "archive/safetensors.h"
#include "edit_tensor.h"
#include "model/model_files.h"
#include "processes/environment.h"
#include "tensors.h"
#include "test_support.h"
#include "toy_run.h"
#include "train/training_state.h"

namespace relprompt::train {
namespace {

class TrainerTest : public testing::Test {
 protected:
  TrainerTest() {
    test::write_toy_clip(folder_ / "clip");
    config_ = config::parse_run_config(test::toy_config(), "toy.yaml");
    config_.train.schedule.warmup_iterations = 0;
    workers_ = workers::join({}, {});
  }

  struct Trained {
    std::unique_ptr<network::Network> network;
    std::unique_ptr<Trainer> trainer;
  };

  Trained make(const config::RunConfig& config) {
    auto model = model::open_model(folder_ / "clip");
    model.config.prompts = config.model;
    Trained all;
    all.network = std::make_unique<network::Network>(model, torch::kCPU, network::Precision::kFp32);
    all.network->make_trainable(model, config.seed);
    const auto t = torch::nn::functional::normalize(test::uniform("texts", {3, 64}));
    all.trainer = std::make_unique<Trainer>(*all.network, config, classes_, t, *workers_);
    return all;
  }

  static Batch batch(int number) {
    Batch result;
    const auto name = std::to_string(number);
    result.images = test::uniform("images" + name, {4, 3, 64, 64});
    result.labels = (test::uniform("labels" + name, {4, 64, 64}) * 1.5 + 1.5).to(torch::kInt64).clamp(0, 2);
    result.labels.narrow(1, 0, 5).fill_(static_cast<std::int64_t>(data::kIgnore));
    result.keys = {1, 2, 3, static_cast<std::uint64_t>(number)};
    result.names = {"a", "b", "c", "d" + name};
    return result;
  }

  static std::map<std::string, torch::Tensor> values(const Trained& trained) {
    std::map<std::string, torch::Tensor> copies;
    for (const auto& [name, value] : trained.network->trained()) copies[name] = value.detach().clone();
    return copies;
  }

  test::TemporaryFolder folder_;
  ClassList classes_ = {{{"a"}, {"b"}, {"c"}}, {}};
  config::RunConfig config_;
  std::unique_ptr<workers::Workers> workers_;
};

TEST_F(TrainerTest, MicroBatchesAddUpToTheBatch) {
  auto whole = make(config_);
  auto other = config_;
  other.train.micro_batch = 1;
  auto parts = make(other);
  for (int i = 0; i < 3; ++i) {
    const auto a = whole.trainer->step(i, batch(i), false), b = parts.trainer->step(i, batch(i), false);
    EXPECT_NEAR(a.loss, b.loss, 1e-4 * std::abs(a.loss));
    ASSERT_EQ(a.parts.size(), 2u);
    EXPECT_NEAR(a.parts[0].second + a.parts[1].second, a.loss, 1e-5 * std::abs(a.loss));
    EXPECT_NEAR(a.gradient_norm, b.gradient_norm, 1e-3 * a.gradient_norm);
  }
  const auto wanted = values(whole);
  for (const auto& [name, value] : values(parts))
    EXPECT_TRUE(test::close(value, wanted.at(name), 1e-5)) << name;
}

TEST_F(TrainerTest, ASavedStateContinuesToTheSameBits) {
  const auto file = folder_ / "checkpoint.safetensors";
  auto steady = make(config_);
  for (int i = 0; i < 2; ++i) steady.trainer->step(i, batch(i), false);
  RunState state;
  state.done = 2;
  state.best_score = 0.25;
  state.identity = "same";
  save_state(file, *steady.trainer, state);
  const auto bytes = test::read_text(file);
  auto resumed = make(config_);
  EXPECT_ERROR(load_state(file, *resumed.trainer, {"other"}), ErrorCode::kBadModelConfig, "other settings");
  const auto found = load_state(file, *resumed.trainer, {"same"});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->done, 2);
  EXPECT_EQ(found->best_score, 0.25);
  save_state(file, *resumed.trainer, *found);
  EXPECT_EQ(test::read_text(file), bytes);
  for (int i = 2; i < 4; ++i) {
    steady.trainer->step(i, batch(i), false);
    resumed.trainer->step(i, batch(i), false);
  }
  const auto wanted = values(steady);
  for (const auto& [name, value] : values(resumed)) EXPECT_TRUE(torch::equal(value, wanted.at(name))) << name;
  EXPECT_FALSE(load_state(folder_ / "absent", *resumed.trainer, {"same"}));
}

TEST_F(TrainerTest, AStateOfAnotherArchitectureNamesWhatDiffers) {
  const auto file = folder_ / "checkpoint.safetensors";
  auto one = make(config_);
  one.trainer->step(0, batch(0), false);
  save_state(file, *one.trainer, {});
  auto other = config_;
  other.model.rpm.m2oe.rank = 6;
  auto wider = make(other);
  const auto before = values(wider);
  EXPECT_ERROR(load_state(file, *wider.trainer, {""}), ErrorCode::kTensorMismatch, "m2oe.0.down.weight");
  for (const auto& [name, value] : values(wider)) EXPECT_TRUE(torch::equal(value, before.at(name))) << name;
  const auto text = test::read_text(file);
  test::write_text(file, text.substr(0, text.size() - 5));
  EXPECT_ERROR(load_state(file, *one.trainer, {""}), ErrorCode::kTruncatedArchive, "checkpoint");
}

// Copying or printing such a value would end the program by recursion.
TEST_F(TrainerTest, AStateThatNestsIsRefused) {
  const auto file = folder_ / "checkpoint.safetensors";
  auto one = make(config_);
  const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
  for (const char* key : {"steps", "done", "identity"}) {
    archive::write_safetensors(
        file, {},
        {{"format", "relprompt training state 1"}, {"state", fmt::format("{{\"{}\":{}}}", key, deep)}});
    EXPECT_ERROR(load_state(file, *one.trainer, {""}), ErrorCode::kBadHeader,
                 "checkpoint.safetensors: state: the JSON nests too deep");
  }
}

TEST_F(TrainerTest, AStateThatIsNoNumbersIsRefused) {
  const auto file = folder_ / "checkpoint.safetensors";
  auto one = make(config_);
  one.trainer->step(0, batch(0), false);
  save_state(file, *one.trainer, {});
  const auto before = values(one);
  test::edit_tensor(file, "vis_proj.weight.exp_avg", [](float) { return std::nanf(""); });
  EXPECT_ERROR(load_state(file, *one.trainer, {""}), ErrorCode::kTensorMismatch,
               "vis_proj.weight.exp_avg holds NaN");
  for (const auto& [name, value] : values(one)) EXPECT_TRUE(torch::equal(value, before.at(name))) << name;
}

TEST_F(TrainerTest, ALossThatIsNoNumberNamesTheImagesAndChangesNothing) {
  auto trained = make(config_);
  trained.trainer->step(0, batch(0), false);
  const auto before = values(trained);
  auto bad = batch(7);
  bad.images[1][0][3][3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_ERROR(trained.trainer->step(1, bad, false), ErrorCode::kDiverged, "d7");
  for (const auto& [name, value] : values(trained)) EXPECT_TRUE(torch::equal(value, before.at(name))) << name;
}

TEST_F(TrainerTest, ABatchWithoutImagesUpdatesNothing) {
  auto trained = make(config_);
  const auto before = values(trained);
  EXPECT_EQ(trained.trainer->step(0, Batch(), false).loss, 0);
  for (const auto& [name, value] : values(trained)) EXPECT_TRUE(torch::equal(value, before.at(name))) << name;
  EXPECT_TRUE(trained.trainer->step(0, batch(0), true).stop);
}

TEST_F(TrainerTest, GradientsAreClippedToTheLimit) {
  auto limited = config_;
  limited.train.clip_gradient = 1e-3;
  auto trained = make(limited);
  const auto result = trained.trainer->step(0, batch(0), false);
  EXPECT_GT(result.gradient_norm, 1e-3);
  double squares = 0;
  for (const auto& [name, value] : trained.network->trained()) {
    if (value.grad().defined()) squares += std::pow(value.grad().norm().item<double>(), 2);
  }
  EXPECT_NEAR(std::sqrt(squares), 1e-3, 1e-6);
}

}  // namespace
}  // namespace relprompt::train

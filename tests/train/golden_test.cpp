// Training beside the reference (tools/reference): losses of three steps, every gradient of the first, every
// parameter at the end.
#include <gtest/gtest.h>

#include "clip/load.h"
#include "loss/loss.h"
#include "lpm/lpm.h"
#include "model/model_files.h"
#include "nn/grid.h"
#include "rpm/rpm.h"
#include "tensors.h"
#include "test_device.h"
#include "test_support.h"
#include "train/parameter_groups.h"

namespace relprompt::train {
namespace {

using test::close;

constexpr std::int64_t kSeenClasses = 4, kIgnore = 255;

/// A network whose prompts can be trained, in evaluation mode as the goldens were made.
struct Trainee {
  explicit Trainee(const model::ModelFiles& model)
      : tower(model.config.clip.vision, model.config.clip.joint, model.config.clip.activation),
        rpm(model.config.clip.vision, model.config.prompts->rpm),
        lpm(model.config.clip.joint, model.config.prompts->lpm) {
    clip::load_frozen(*tower, "visual.", model.image_rows(), *model.clip);
    for (torch::nn::Module* module : std::vector<torch::nn::Module*>{&*rpm, &*lpm}) {
      clip::load_trainable(*module, "", model.prompt_rows(), *model.prompts);
      for (auto& value : module->parameters()) value.set_requires_grad(true);
      module->to(test::test_device());
    }
    tower->to(test::test_device());
  }

  torch::Tensor logits(const torch::Tensor& image, const torch::Tensor& t) {
    const auto out = rpm->forward(tower, image, t);
    const auto grid = tower->grid_of(image);
    const auto patches = lpm->forward(out.patches, out.class_token, t).transpose(1, 2);
    return nn::resize_maps(patches.reshape({image.size(0), t.size(0), grid.height, grid.width}),
                           {image.size(2), image.size(3)});
  }

  std::map<std::string, torch::Tensor> trained() const {
    std::map<std::string, torch::Tensor> values;
    for (const auto& parameter : rpm->named_parameters()) values[parameter.key()] = parameter.value();
    for (const auto& parameter : lpm->named_parameters()) values[parameter.key()] = parameter.value();
    return values;
  }

  clip::ImageTower tower;
  rpm::Rpm rpm;
  lpm::Lpm lpm;
};

class TrainingGolden : public testing::TestWithParam<model::Variant> {
 protected:
  void SetUp() override {
    const auto shared = test::shared_folder();
    if (!shared) GTEST_SKIP() << "no ../shared folder";
    const auto folder = *shared / "golden/tiny";
    golden_.emplace(folder / "expected.safetensors");
    if (GetParam() == model::Variant::kOfficial) {
      model_.emplace(model::open_model(folder / "rpn_mmseg.pth"));
      return;
    }
    // No file holds paper prompts; the reference makes them from their names.
    auto config = model::open_model(folder / "clip_hf").config;
    config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
    test::write_hashed_model(scratch_ / "paper", config);
    model_.emplace(model::open_model(scratch_ / "paper"));
  }

  std::string name(const std::string& what) const {
    return (GetParam() == model::Variant::kOfficial ? "official." : "paper.") + what;
  }
  torch::Tensor expected(const std::string& what) const { return (*golden_)[name(what)]; }
  torch::Tensor input(const std::string& what) const { return (*golden_)[what].to(test::test_device()); }

  test::TemporaryFolder scratch_;
  std::optional<test::Golden> golden_;
  std::optional<model::ModelFiles> model_;
};

TEST_P(TrainingGolden, ThreeStepsOfAdamW) {
  Trainee net(*model_);
  const auto groups = parameter_groups(net.trained());
  const auto optimizer = make_optimizer(groups);
  const auto image = input("image"), text = input("text").narrow(0, 0, kSeenClasses);
  std::size_t compared = 0, without = 0;
  const auto compare_gradient = [&](const std::string& parameter, const torch::Tensor& found) {
    if (!golden_->has(name("grad." + parameter))) {
      EXPECT_FALSE(found.defined()) << parameter;
      EXPECT_NE(parameter.find("noise"), std::string::npos) << parameter;
      ++without;
      return;
    }
    const auto want = expected("grad." + parameter);
    ASSERT_TRUE(found.defined()) << parameter;
    const double norm = want.norm().item<double>();
    if (norm == 0) {
      EXPECT_TRUE(close(found, want, 1e-6)) << parameter;
    } else {
      EXPECT_LE((found.cpu() - want).norm().item<double>(), 1e-3 * norm) << parameter;
    }
    ++compared;
  };
  for (int step = 0; step < 3; ++step) {
    const auto loss = loss::compute_loss(net.logits(image, text), input("target"), kIgnore);
    const auto parts = torch::stack({loss.parts[0].second, loss.parts[1].second});
    EXPECT_TRUE(close(parts, expected("loss.step" + std::to_string(step)), 1e-4)) << step;
    optimizer->zero_grad();
    loss.total.backward();
    for (const auto& group : groups) {
      for (const auto& [parameter, value] : group.parameters) {
        if (step == 0) compare_gradient(parameter, value.grad());
      }
    }
    optimizer->step();
  }
  EXPECT_GT(compared, 10u);
  EXPECT_EQ(without, GetParam() == model::Variant::kPaper ? 3u : 0u);
  for (const auto& group : groups) {
    for (const auto& [parameter, value] : group.parameters) {
      EXPECT_TRUE(close(value, expected("after3." + parameter), 1e-5)) << parameter;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, TrainingGolden,
                         testing::Values(model::Variant::kOfficial, model::Variant::kPaper),
                         [](const auto& variant) {
                           return variant.param == model::Variant::kOfficial ? "official" : "paper";
                         });

}  // namespace
}  // namespace relprompt::train

// Parameter groups of a tiny network: who is trained, at which rate, and that nobody else moves.
#include "train/parameter_groups.h"

#include <cmath>

#include <gtest/gtest.h>

#include "loss/loss.h"
#include "lpm/lpm.h"
#include "nn/grid.h"
#include "rpm/rpm.h"
#include "tensors.h"
#include "test_support.h"
#include "train/schedule.h"

namespace relprompt::train {
namespace {

using test::uniform;

struct Net {
  explicit Net(model::Variant variant) {
    model::RpmOptions options;
    options.variant = variant;
    options.visual_prompt_tokens = 2;
    options.knowledge_grid = 3;
    rpm = rpm::Rpm(vision, options);
    test::fill_by_name(*tower, "clip.visual.");
    test::fill_by_name(*rpm, "");
    test::fill_by_name(*lpm, "");
    for (auto& value : tower->parameters()) value.set_requires_grad(false);
  }

  torch::Tensor loss() {
    const auto image = uniform("image", {2, 3, 12, 12});
    const auto t = torch::nn::functional::normalize(uniform("texts", {3, 8}));
    const auto out = rpm->forward(tower, image, t);
    const auto maps = lpm->forward(out.patches, out.class_token, t).transpose(1, 2).reshape({2, 3, 3, 3});
    const auto target = ((uniform("target", {2, 12, 12}) + 1) * 1.5).to(torch::kInt64).clamp(0, 2);
    return loss::compute_loss(nn::resize_maps(maps, {12, 12}), target, 255).total;
  }

  /// By name, as Network::trained gives them.
  static std::map<std::string, torch::Tensor> trained(const std::vector<const torch::nn::Module*>& modules) {
    std::map<std::string, torch::Tensor> values;
    for (const auto* module : modules) {
      for (const auto& parameter : module->named_parameters()) values[parameter.key()] = parameter.value();
    }
    return values;
  }
  std::map<std::string, torch::Tensor> prompts() const { return trained({&*rpm, &*lpm}); }

  model::VisionConfig vision = {4, 3, 16, 3, 2, 32};
  clip::ImageTower tower{vision, 8, nn::Activation::kQuickGelu};
  rpm::Rpm rpm{nullptr};
  lpm::Lpm lpm{8, model::LpmOptions()};
};

std::vector<std::string> names_of(const ParameterGroup& group) {
  std::vector<std::string> names;
  for (const auto& [name, value] : group.parameters) names.push_back(name);
  return names;
}

TEST(ParameterGroups, KnowledgeIsSlowAndTheFrozenTowerInNone) {
  Net net(model::Variant::kPaper);
  const auto groups = parameter_groups(net.prompts());
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].name, "knowledge");
  EXPECT_EQ(names_of(groups[0]), std::vector<std::string>{"h"});
  EXPECT_EQ(groups[0].parameter_count(), 9 * 16);
  EXPECT_EQ(groups[0].rate, 2e-5);
  EXPECT_EQ(groups[1].rate, 2e-4);
  EXPECT_EQ(groups[1].parameters.size() + 1, net.rpm->parameters().size() + net.lpm->parameters().size());
  for (const auto& name : names_of(groups[1])) EXPECT_EQ(name.find("transformer"), std::string::npos) << name;
}

TEST(ParameterGroups, GroupsWithoutParametersAreLeftOut) {
  Net net(model::Variant::kPaper);
  const auto groups = parameter_groups(Net::trained({&*net.lpm}));
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].name, "rest");
  EXPECT_ERROR(parameter_groups({}), ErrorCode::kInternal, "no parameter");
  EXPECT_ERROR(parameter_groups(Net::trained({&*net.tower})), ErrorCode::kInternal, "asks for no gradient");
}

TEST(ParameterGroups, RatesFollowTheSchedule) {
  Net net(model::Variant::kOfficial);
  config::OptimizerOptions options;
  options.weight_decay = 0.25;
  const auto groups = parameter_groups(net.prompts(), options);
  const auto optimizer = make_optimizer(groups, options);
  ASSERT_EQ(optimizer->param_groups().size(), 2u);
  EXPECT_EQ(optimizer->param_groups()[0].options().get_lr(), 2e-5);
  EXPECT_EQ(optimizer->param_groups()[1].options().get_lr(), 2e-4);
  for (const auto& group : optimizer->param_groups()) {
    EXPECT_EQ(static_cast<const torch::optim::AdamWOptions&>(group.options()).weight_decay(), 0.25);
  }
  set_learning_rates(*optimizer, groups, 99, {});
  EXPECT_NEAR(optimizer->param_groups()[0].options().get_lr(), 1.314e-6, 5e-10);
  EXPECT_EQ(optimizer->param_groups()[1].options().get_lr(), learning_rate(2e-4, 99, {}));
  EXPECT_ERROR(set_learning_rates(*optimizer, {groups[0]}, 0, {}), ErrorCode::kInternal,
               "2 parameter groups");
}

TEST(ParameterGroups, AStepMovesWhatIsTrainedAndNothingElse) {
  for (const auto variant : {model::Variant::kPaper, model::Variant::kOfficial}) {
    Net net(variant);
    const auto groups = parameter_groups(net.prompts());
    const auto optimizer = make_optimizer(groups);
    std::vector<torch::Tensor> tower_before, before;
    for (const auto& value : net.tower->parameters()) tower_before.push_back(value.clone());
    for (const auto& group : groups) {
      for (const auto& [name, value] : group.parameters) before.push_back(value.detach().clone());
    }
    net.loss().backward();
    optimizer->step();
    const auto tower = net.tower->parameters();
    for (std::size_t i = 0; i < tower.size(); ++i) {
      EXPECT_FALSE(tower[i].grad().defined());
      EXPECT_TRUE(torch::equal(tower[i], tower_before[i]));
    }
    std::size_t at = 0, still = 0;
    for (const auto& group : groups) {
      for (const auto& [name, value] : group.parameters) {
        // The gate's noise is drawn in training mode only: without a gradient, not even weight decay.
        const bool moved = !torch::equal(value, before[at++]);
        EXPECT_EQ(moved, name.find("noise") == std::string::npos) << name;
        still += moved ? 0 : 1;
      }
    }
    EXPECT_EQ(still, variant == model::Variant::kPaper ? 2u : 0u);
  }
}

TEST(ParameterGroups, TrainingLowersTheLossOfBothVariants) {
  for (const auto variant : {model::Variant::kPaper, model::Variant::kOfficial}) {
    Net net(variant);
    config::OptimizerOptions options;
    options.rate = options.knowledge_rate = 1e-2;
    const auto optimizer = make_optimizer(parameter_groups(net.prompts(), options), options);
    const double first = net.loss().item<double>();
    for (int step = 0; step < 15; ++step) {
      optimizer->zero_grad();
      net.loss().backward();
      optimizer->step();
    }
    EXPECT_LT(net.loss().item<double>(), 0.9 * first);
  }
}

TEST(OptimizerOptions, NumbersOutOfRangeAreNamed) {
  const auto with = [](auto set) {
    config::OptimizerOptions options;
    set(options);
    return options;
  };
  EXPECT_ERROR(check(with([](auto& o) { o.knowledge_rate = 0; })), ErrorCode::kBadArgument, "knowledge_rate");
  EXPECT_ERROR(check(with([](auto& o) { o.rate = INFINITY; })), ErrorCode::kBadArgument, "rate = inf");
  EXPECT_ERROR(check(with([](auto& o) { o.weight_decay = -1; })), ErrorCode::kBadArgument, "weight_decay");
  EXPECT_NO_THROW(check(config::OptimizerOptions()));
}

}  // namespace
}  // namespace relprompt::train

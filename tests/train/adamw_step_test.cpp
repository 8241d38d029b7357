// AdamW by one call for all parameters beside LibTorch's own step: where LibTorch has that call for the CPU
// (2.4), and on a GPU.
#include "train/adamw_step.h"

#include <gtest/gtest.h>

#include "tensors.h"
#include "test_device.h"

namespace relprompt::train {
namespace {

using torch::optim::AdamW;
using torch::optim::AdamWOptions;

class AdamWStep : public testing::Test {
 protected:
  void SetUp() override {
#if TORCH_VERSION_MAJOR < 2
    GTEST_SKIP() << "LibTorch 1 has no such call";
#elif TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 4
    if (!test::test_device().is_cuda()) GTEST_SKIP() << "LibTorch before 2.4 has no such call for the CPU";
#endif
  }

  /// Two groups of parameters, of which the last gets its first gradient at the third update.
  struct Run {
    Run() {
      for (const auto& [name, size] : {std::pair{"a", 7}, {"b", 300}, {"c", 1}, {"late", 20}})
        values.push_back(test::uniform(name, {size, 3}).to(test::test_device()).requires_grad_(true));
      std::vector<torch::optim::OptimizerParamGroup> groups;
      groups.emplace_back(std::vector<torch::Tensor>{values[0], values[1]},
                          std::make_unique<AdamWOptions>(AdamWOptions(3e-3).weight_decay(0.01)));
      groups.emplace_back(std::vector<torch::Tensor>{values[2], values[3]},
                          std::make_unique<AdamWOptions>(AdamWOptions(2e-2).weight_decay(0)));
      optimizer = std::make_unique<AdamW>(std::move(groups));
    }

    void update(int number, const std::function<void(AdamW&)>& step) {
      optimizer->zero_grad();
      for (std::size_t i = 0; i < (number < 2 ? 3u : 4u); ++i) {
        const auto x =
            test::uniform("x" + std::to_string(number) + std::to_string(i), values[i].sizes().vec());
        (values[i] * x.to(values[i].device())).pow(2).sum().backward();
      }
      step(*optimizer);
    }

    std::vector<torch::Tensor> values;
    std::unique_ptr<AdamW> optimizer;
  };
};

#if TORCH_VERSION_MAJOR >= 2
TEST_F(AdamWStep, OfAllParametersAtOnceIsLibTorchsStep) {
  Run one, other;
  for (int i = 0; i < 5; ++i) {
    one.update(i, fused_adamw_step);
    other.update(i, [](AdamW& optimizer) { optimizer.step(); });
    for (std::size_t p = 0; p < one.values.size(); ++p)
      EXPECT_TRUE(test::close(one.values[p].detach(), other.values[p].detach(), 1e-6))
          << "update " << i << ", parameter " << p;
  }
  for (std::size_t p = 0; p < one.values.size(); ++p) {
    const auto state = [&](const Run& run) -> const auto& {
      return static_cast<const torch::optim::AdamWParamState&>(
          *run.optimizer->state().at(run.values[p].unsafeGetTensorImpl()));
    };
    EXPECT_EQ(state(one).step(), p == 3 ? 3 : 5);
    EXPECT_EQ(state(one).step(), state(other).step());
    EXPECT_TRUE(test::close(state(one).exp_avg(), state(other).exp_avg(), 1e-6));
    EXPECT_TRUE(test::close(state(one).exp_avg_sq(), state(other).exp_avg_sq(), 1e-6));
  }
}
#else
TEST_F(AdamWStep, OfAllParametersAtOnceIsLibTorchsStep) {}
#endif

}  // namespace
}  // namespace relprompt::train

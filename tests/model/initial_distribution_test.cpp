// How the starting values of the official variant are distributed at the size of ViT-B/16, parameter by
// parameter as the authors' released code leaves them. The facts of that code stand here as numbers.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "model/initial_prompts.h"
#include "model/presets.h"
#include "model/prompt_tensors.h"

namespace relprompt::model {
namespace {

using Distribution = std::function<double(double)>;

Distribution uniform_within(double bound) {
  return [bound](double x) { return std::clamp((x / bound + 1) / 2, 0.0, 1.0); };
}

Distribution normal_of(double deviation) {
  return [deviation](double x) { return std::erfc(-x / deviation / std::sqrt(2)) / 2; };
}

/// Kolmogorov and Smirnov's largest distance from the distribution, times the root of the count: 1.95 is
/// exceeded once in a thousand samples.
double distance(std::vector<float> values, const Distribution& distribution) {
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double share = distribution(values[i]);
    largest = std::max(
        {largest, share - static_cast<double>(i) / count, static_cast<double>(i + 1) / count - share});
  }
  return largest * std::sqrt(count);
}

double deviation_of(const std::vector<float>& values) {
  double sum = 0, squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  const auto count = static_cast<double>(values.size());
  return std::sqrt(squares / count - sum / count * sum / count);
}

class InitialDistribution : public testing::Test {
 protected:
  InitialDistribution() {
    model_.config.clip.vision.width = 768;
    model_.config.clip.vision.patch = 16;
    model_.config.clip.joint = 512;
  }

  std::map<std::string, std::vector<float>> values(Variant variant, std::uint64_t seed = 0) const {
    PromptConfig prompts;
    prompts.rpm.variant = variant;
    prompts.rpm.knowledge_grid = 32;
    prompts.rpm.visual_prompt_tokens = 10;
    prompts.lpm.second_text_linear = variant == Variant::kOfficial;
    std::map<std::string, std::vector<float>> all;
    for (const auto& row : prompt_rows(model_.config.clip, prompts))
      all[row.name] = initial_prompt(row, model_, seed);
    return all;
  }

  ModelFiles model_;
};

constexpr double kOnceInAThousand = 1.95;

TEST_F(InitialDistribution, OfTheOfficialVariantIsTheReleasedCodes) {
  const double bound512 = 1 / std::sqrt(512.0);  // 0.044
  const double bound768 = 1 / std::sqrt(768.0);  // the shared linear layer
  const double bound1024 = 1.0 / 32;             // text_fuse has 2 x 512 inputs
  const double xavier = std::sqrt(6.0 / (3 * 16 * 16 + 768));
  const std::map<std::string, double> uniform = {
      {"h", xavier},
      {"vpt", xavier},
      {"prompt_linear.bias", bound768},
      {"vis_proj.bias", bound512},
      {"text_fuse.weight", bound1024},
      {"text_fuse.bias", bound1024},
      {"text_proj.bias", bound512},
  };
  const std::map<std::string, double> normal = {
      {"prompt_linear.weight", std::sqrt(2.0 / 768)}, {"vis_proj.weight", 0.02}, {"text_proj.weight", 0.02}};
  for (const std::uint64_t seed : {0, 1}) {
    const auto all = values(Variant::kOfficial, seed);
    EXPECT_EQ(all.size(), uniform.size() + normal.size() + 6) << "six numbers of the three norms";
    for (const auto& [name, bound] : uniform) {
      const auto& numbers = all.at(name);
      const auto most = std::max_element(numbers.begin(), numbers.end(),
                                         [](float a, float b) { return std::abs(a) < std::abs(b); });
      EXPECT_LE(std::abs(*most), bound * (1 + 1e-6)) << name;
      EXPECT_GT(std::abs(*most), bound * 0.98) << name;
      EXPECT_NEAR(deviation_of(numbers), bound / std::sqrt(3.0), 0.06 * bound) << name;
      EXPECT_LT(distance(numbers, uniform_within(bound)), kOnceInAThousand) << name;
    }
    for (const auto& [name, deviation] : normal) {
      const auto& numbers = all.at(name);
      EXPECT_NEAR(deviation_of(numbers), deviation, 0.01 * deviation) << name;
      EXPECT_LT(distance(numbers, normal_of(deviation)), kOnceInAThousand) << name;
      // Not cut: 4.55% lie beyond two deviations.
      const auto beyond = std::count_if(numbers.begin(), numbers.end(),
                                        [d = deviation](float x) { return std::abs(x) > 2 * d; });
      EXPECT_NEAR(static_cast<double>(beyond) / static_cast<double>(numbers.size()), 0.0455, 0.003) << name;
    }
    for (const char* norm : {"prompt_norm", "vis_norm", "text_norm"}) {
      for (const float one : all.at(std::string(norm) + ".weight")) ASSERT_EQ(one, 1.0f) << norm;
      for (const float zero : all.at(std::string(norm) + ".bias")) ASSERT_EQ(zero, 0.0f) << norm;
    }
  }
}

TEST_F(InitialDistribution, OfThePaperVariantIsItsOwn) {
  const auto all = values(Variant::kPaper);
  for (const char* name : {"prompt_linear.bias", "vis_proj.bias", "text_fuse.bias"}) {
    for (const float zero : all.at(name)) ASSERT_EQ(zero, 0.0f) << name;
  }
  for (const char* name : {"vis_proj.weight", "text_fuse.weight"}) {
    const auto& numbers = all.at(name);
    for (const float number : numbers) ASSERT_LE(std::abs(number), 0.04f) << name;
    EXPECT_NEAR(deviation_of(numbers), 0.02 * 0.8796, 0.0002) << name << ": of a normal cut at two";
    EXPECT_GT(distance(numbers, normal_of(0.02)), kOnceInAThousand) << name;
  }
}

}  // namespace
}  // namespace relprompt::model

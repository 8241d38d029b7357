// What bf16 and int8 leave of each head's features: the layers before the head are rounded and so are the
// head's products, but what it decides by likeness is in fp32. docs/reference/heads.md has what the golden
// network gives (here with --gtest_output=json); the bounds are two to five times that.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "golden_support.h"
#include "head_features.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::engine {
namespace {

using kernels::Precision;

/// Mean and least cosine of rows of `width` numbers.
struct Agreement {
  Agreement(const std::vector<float>& a, const std::vector<float>& b, std::size_t width) {
    const auto rows = a.size() / width;
    for (std::size_t r = 0; r < rows; ++r) {
      double dot = 0, aa = 0, bb = 0;
      for (auto i = r * width; i < (r + 1) * width; ++i) {
        dot += static_cast<double>(a[i]) * b[i];
        aa += static_cast<double>(a[i]) * a[i];
        bb += static_cast<double>(b[i]) * b[i];
      }
      const double cosine = dot / std::sqrt(aa * bb);
      mean += cosine / static_cast<double>(rows);
      least = std::min(least, cosine);
    }
  }
  double mean = 0, least = 1;
};

class HeadsInPrecision : public testing::TestWithParam<std::string> {};

TEST_P(HeadsInPrecision, StayNearFp32) {
  const test::TemporaryFolder scratch;
  model::ModelConfig config;
  config.clip = test::micro_config();
  test::write_hashed_model(scratch / "model", config);
  auto model = model::open_model(scratch / "model");
  const model::Tensor image({1, 3, 48, 56}, test::uniform_numbers("image", 3 * 48 * 56));
  const auto names = test::unit_rows("names", 5, 32);
  const auto features = [&](Precision precision) {
    HeadedEncoder encoder(model, GetParam(), precision);
    encoder.workspace().asked = {names.data(), 5};
    return encoder.features(images_of(image));
  };
  const auto exact = features(Precision::kFp32);
  const Agreement bf16(exact, features(Precision::kBf16), 32), int8(exact, features(Precision::kInt8), 32);
  RecordProperty("bf16", std::to_string(bf16.mean) + ", " + std::to_string(bf16.least));
  RecordProperty("int8", std::to_string(int8.mean) + ", " + std::to_string(int8.least));
  EXPECT_GT(bf16.mean, 0.999);
  EXPECT_GT(bf16.least, 0.99);
  EXPECT_GT(int8.mean, 0.99);
  EXPECT_GT(int8.least, 0.95);
}

/// Of how many patches [rows, width] the nearest of the names is the same.
int same_names(const std::vector<float>& a, const std::vector<float>& b, const model::Tensor& names) {
  const auto width = static_cast<std::size_t>(names.shape()[1]);
  const auto nearest = [&](const float* row) {
    std::vector<double> dots;
    for (const float* name = names.floats(); name < names.floats() + names.elements(); name += width) {
      dots.push_back(std::inner_product(row, row + width, name, 0.0));
    }
    return std::max_element(dots.begin(), dots.end()) - dots.begin();
  };
  int same = 0;
  for (std::size_t i = 0; i < a.size(); i += width) same += nearest(&a[i]) == nearest(&b[i]) ? 1 : 0;
  return same;
}

TEST_P(HeadsInPrecision, AgreementOfTheGoldenNetwork) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const test::GoldenFile golden(shared / "golden/heads/expected.safetensors");
  auto model = model::open_model(shared / "golden/heads/clip12.safetensors");
  const auto names = golden["queries"];
  const auto pixels = normalised(golden.stored("image224"), kClipMean, kClipStd);
  const auto features = [&](Precision precision) {
    HeadedEncoder encoder(model, GetParam(), precision);
    encoder.workspace().asked = {names.floats(), names.shape()[0]};
    return encoder.features(images_of(pixels));
  };
  const auto exact = features(Precision::kFp32);
  for (const auto& [word, precision, mean, same] : {std::tuple("bf16", Precision::kBf16, 0.9995, 186),
                                                    std::tuple("int8", Precision::kInt8, 0.993, 176)}) {
    const auto rounded = features(precision);
    const Agreement agreement(exact, rounded, static_cast<std::size_t>(names.shape()[1]));
    const auto names_kept = same_names(exact, rounded, names);
    RecordProperty(word, fmt::format("{:.4f}, {:.4f}, {}", agreement.mean, agreement.least, names_kept));
    EXPECT_GT(agreement.mean, mean) << word;
    EXPECT_GT(names_kept, same) << word;
  }
}

std::vector<std::string> heads() {
  auto names = dense_head_names();
  names.erase(names.begin());  // "none"
  return names;
}

INSTANTIATE_TEST_SUITE_P(Heads, HeadsInPrecision, testing::ValuesIn(heads()), [](const auto& head) {
  auto name = head.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace relprompt::engine

// What bf16 and int8 leave of each head's features: the layers before the head are rounded, the head computes
// in fp32. The bounds are twice to five times what was measured on another network (docs/heads.md).
#include <algorithm>
#include <cmath>

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

// Augmentation beside a restatement of mmsegmentation's pipeline in NumPy and OpenCV
// (tools/reference/augmentation.py): given the same draws, the same pixels and labels. The draws themselves
// are checked too: what is asked for, in which order and in which range.
#include <algorithm>
#include <opencv2/core.hpp>

#include <gtest/gtest.h>

#include "image/augment.h"
#include "numbers.h"
#include "test_support.h"

namespace relprompt::image {
namespace {

constexpr int kSamples = 12, kOneClass = 5, kBlock = 6, kCell = 8, kCrop = 32;
constexpr int kShapes[][2] = {{45, 60}, {60, 45}, {31, 97}, {20, 150},
                              {37, 37}, {50, 75}, {24, 40}, {90, 64}};

/// Answers what the reference drew.
class RecordedDraws final : public AugmentDraws {
 public:
  /// rows [n, 4]: kind (0 real, 1 integer, 2 coin), low, high, value.
  explicit RecordedDraws(const model::Tensor& rows) : rows_(rows.floats(), rows.floats() + rows.elements()) {}

  double between(double low, double high) override { return next(0, low, high); }
  int integer(int low, int high) override { return static_cast<int>(next(1, low, high)); }
  bool coin() override { return next(2, 0, 2) != 0; }
  bool used_up() const { return at_ == rows_.size(); }

 private:
  double next(int kind, double low, double high) {
    if (used_up()) {
      ADD_FAILURE() << "more is drawn than by the reference";
      return low;
    }
    const float* row = &rows_[at_];
    EXPECT_EQ(std::vector<double>({row[0], row[1], row[2]}), std::vector<double>({1.0 * kind, low, high}))
        << "draw " << at_ / 4;
    at_ += 4;
    return static_cast<double>(row[3]);
  }

  std::vector<float> rows_;
  std::size_t at_ = 0;
};

int ceiling(int value, int step) {
  return (value + step - 1) / step;
}

/// The reference's `photo`.
std::vector<int> noise(const std::string& name, int height, int width) {
  const auto numbers = test::uniform_numbers(name, std::int64_t{3} * height * width);
  std::vector<int> bytes;
  for (const float u : numbers) bytes.push_back(static_cast<int>((u + 1.0f) * 127.5f));
  return bytes;
}

struct Sample {
  Image image;
  LabelMap labels;
};

/// As `sample` of augmentation_golden.py makes it.
Sample sample(int number) {
  const auto [height, width] = kShapes[static_cast<std::size_t>(number) % std::size(kShapes)];
  const auto name = "augmentation." + std::to_string(number);
  const int across = ceiling(width, kBlock), cells_across = ceiling(width, kCell);
  const auto blocks = noise(name + ".blocks", ceiling(height, kBlock), across);
  const auto grains = noise(name + ".noise", height, width);
  const auto cells =
      test::uniform_numbers(name + ".labels", std::int64_t{cells_across} * ceiling(height, kCell));
  constexpr std::uint16_t kClasses[] = {0, 0, 0, 0, 0, 0, 1, 2, 3, LabelMap::kUnknown};
  Sample result{{height, width, {}}, {height, width, {}}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const auto block = static_cast<std::size_t>((y / kBlock * across + x / kBlock) * 3 + c);
        const auto grain = static_cast<std::size_t>((y * width + x) * 3 + c);
        result.image.rgb.push_back(static_cast<std::uint8_t>((3 * blocks[block] + grains[grain]) / 4));
      }
      const float u = cells[static_cast<std::size_t>(y / kCell * cells_across + x / kCell)];
      auto label = kClasses[static_cast<std::size_t>((u + 1.0f) * 5.0f)];
      if (number == kOneClass && label != LabelMap::kUnknown) label = 0;
      result.labels.labels.push_back(label);
    }
  }
  return result;
}

AugmentOptions golden_options() {
  AugmentOptions options;  // colours, flip and cat_max_ratio: the defaults are mmsegmentation's
  options.long_side = 4 * kCrop;
  options.short_side = options.crop = kCrop;
  return options;
}

class AugmentGolden : public testing::TestWithParam<int> {
 protected:
  std::string name(const char* what) const { return std::to_string(GetParam()) + "." + what; }
  const test::GoldenFile golden_{test::golden_folder() / "augmentation/expected.safetensors"};
};

TEST_P(AugmentGolden, SamePixelsAndLabelsFromTheSameDraws) {
  const auto input = sample(GetParam());
  RecordedDraws draws(golden_[name("draws")]);
  const auto result = augment(input.image, input.labels, golden_options(), draws);
  EXPECT_TRUE(draws.used_up());
  EXPECT_EQ(golden_.integers(name("valid")),
            std::vector<std::int64_t>({result.valid_height, result.valid_width}));

  const auto pixels = golden_.integers(name("image"));
  ASSERT_EQ(pixels.size(), result.image.rgb.size());
  std::int64_t worst = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i)
    worst = std::max(worst, std::abs(pixels[i] - std::int64_t{result.image.rgb[i]}));
  // 0 with the OpenCV that made the golden. From HSV it takes 32 pixels at a time on AVX2 and 16 elsewhere,
  // and rounds the rest of a row another way: a level, of which a second step makes up to three.
  EXPECT_LE(worst, cv::checkHardwareSupport(CV_CPU_AVX2) ? 1 : 3) << "levels";

  auto labels = golden_.integers(name("labels"));
  std::replace(labels.begin(), labels.end(), std::int64_t{255}, std::int64_t{LabelMap::kUnknown});
  EXPECT_EQ(std::vector<std::int64_t>(result.labels.labels.begin(), result.labels.labels.end()), labels);
}

INSTANTIATE_TEST_SUITE_P(Samples, AugmentGolden, testing::Range(0, kSamples));

TEST(NormalizeGolden, SamePlanesWithThePaddingZero) {
  const test::GoldenFile golden(test::golden_folder() / "augmentation/expected.safetensors");
  const auto input = sample(0);
  RecordedDraws draws(golden["0.draws"]);
  const auto result = augment(input.image, input.labels, golden_options(), draws);
  std::vector<float> planes(std::size_t{3} * kCrop * kCrop);
  normalize(result, {123.675f, 116.28f, 103.53f}, {58.395f, 57.12f, 57.375f}, planes.data());
  const double one_level = 1 / 57.12, half_precision = 2e-3;
  EXPECT_TRUE(test::near(planes, golden["normalized"], one_level + half_precision));
}

}  // namespace
}  // namespace relprompt::image

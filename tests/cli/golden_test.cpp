// The program against the reference (tools/reference): an image segmented by the released network's tiny
// twin, number by number.
#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "archive/safetensors.h"
#include "image/image_files.h"
#include "image/label_files.h"
#include "program.h"
#include "tiny_models.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;

constexpr double kTolerance = 2e-3;

/// The numbers of a float32 .npy file of format 1.0.
std::vector<float> read_npy(const fs::path& path) {
  const std::string bytes = read_text(path);
  const std::size_t header =
      10 + static_cast<unsigned char>(bytes.at(8)) + 256 * static_cast<unsigned char>(bytes.at(9));
  std::vector<float> values((bytes.size() - header) / sizeof(float));
  std::memcpy(values.data(), bytes.data() + header, values.size() * sizeof(float));
  return values;
}

std::vector<float> floats_of(const archive::TensorView& tensor) {
  std::vector<float> values(tensor.bytes / sizeof(float));
  std::memcpy(values.data(), tensor.data, tensor.bytes);
  return values;
}

Image image_of(const archive::TensorView& tensor) {
  Image image{static_cast<int>(tensor.shape.at(0)), static_cast<int>(tensor.shape.at(1)), {}};
  const auto* first = reinterpret_cast<const std::uint8_t*>(tensor.data);
  image.rgb.assign(first, first + tensor.bytes);
  return image;
}

/// Labels may differ only where the reference's two best scores nearly tie.
void expect_labels(const std::vector<float>& scores, std::size_t classes,
                   const std::vector<std::uint16_t>& labels) {
  const std::size_t pixels = labels.size();
  std::size_t clear = 0, equal = 0;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    std::vector<std::pair<float, std::size_t>> ranked;
    for (std::size_t label = 0; label < classes; ++label)
      ranked.emplace_back(-scores[label * pixels + pixel], label);
    std::partial_sort(ranked.begin(), ranked.begin() + 2, ranked.end());
    if (ranked[1].first - ranked[0].first <= kTolerance) continue;
    ++clear;
    equal += ranked[0].second == labels[pixel];
  }
  ASSERT_GT(clear, pixels / 2);
  EXPECT_GE(static_cast<double>(equal), 0.999 * static_cast<double>(clear));
}

/// Segments the goldens' image with the model folder `model` and compares with `golden_name`.
void expect_reference_scores(const Workplace& place, const fs::path& shared, const std::string& golden_name) {
  const auto expected = archive::open_safetensors(shared / "golden/tiny/expected.safetensors");
  const auto* image = expected->find("photo");
  const auto* scores = expected->find(golden_name);
  ASSERT_NE(image, nullptr);
  ASSERT_NE(scores, nullptr);
  image::write_png(place / "image.png", image_of(*image));

  std::vector<std::string> command = {"segment", "image.png", "--model", "model", "-o", "out"};
  const std::vector<std::pair<std::string, std::string>> options = {
      {"--classes", "aeroplane, cat, potted plant, sheep, sofa, tv monitor"},
      {"--window", "64"},
      {"--stride", "53"},
      {"--short-side", "64"},
      {"--templates", "single"},
      {"--seen", "0,1,2,3"},
      {"--calibration", "0.1"},
      {"--save", "scores,labels,json"},
      {"--scores-type", "float32"}};
  for (const auto& [option, value] : options) command.insert(command.end(), {option, value});
  const Outcome outcome = place.run(command);
  ASSERT_EQ(outcome.status, 0) << outcome;

  const std::vector<float> wanted = floats_of(*scores);
  const std::vector<float> found = read_npy(place / "out/image.scores.npy");
  ASSERT_EQ(found.size(), wanted.size());
  double worst = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    worst = std::max(worst, static_cast<double>(std::abs(found[i] - wanted[i])));
  }
  testing::Test::RecordProperty("worst", std::to_string(worst));
  EXPECT_LE(worst, kTolerance);
  const auto stored = image::read_labels_png(place / "out/image.labels.png");
  ASSERT_EQ(stored.map.labels.size() * 6, wanted.size());
  expect_labels(wanted, 6, stored.map.labels);
}

TEST(Golden, OfficialVariantSegmentsAsTheReference) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const Workplace place;
  const Outcome imported =
      place.run({"import", (shared / "golden/tiny/rpn_mmseg.pth").string(), "-o", "model", "--vocab",
                 (shared / "vocab/bpe_simple_vocab_16e6.txt.gz").string()});
  ASSERT_EQ(imported.status, 0) << imported;
  expect_reference_scores(place, shared, "official.segment");
}

TEST(Golden, PaperVariantSegmentsAsTheReference) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const Workplace place;
  const Outcome imported = place.run({"import", (shared / "golden/tiny/clip_hf").string(), "-o", "model",
                                      "--vocab", (shared / "vocab/bpe_simple_vocab_16e6.txt.gz").string()});
  ASSERT_EQ(imported.status, 0) << imported;
  add_hashed_prompts(place / "model", model::Variant::kPaper);
  expect_reference_scores(place, shared, "paper.segment");
}

TEST(Golden, EveryClipFormatGivesAModel) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const Workplace place;
  const std::string vocab = (shared / "vocab/bpe_simple_vocab_16e6.txt.gz").string();
  for (const char* name : {"clip_hf", "clip_openai.pt", "clip_openclip.pt"}) {
    const Outcome imported =
        place.run({"import", (shared / "golden/tiny" / name).string(), "-o", name, "--vocab", vocab});
    EXPECT_EQ(imported.status, 0) << name << imported;
    const Outcome info = place.run({"info", name});
    EXPECT_EQ(info.status, 0) << name << info;
    EXPECT_NE(info.out.find("4 layers, width 128, 2 heads, patch 16, grid 4x4"), std::string::npos) << info;
  }
}

TEST(Golden, TruncatedCheckpointsAreRefused) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const Workplace place;
  for (const char* name : {"rpn_mmseg.pth", "clip_openai.pt", "clip_openclip.pt"}) {
    const std::string bytes = read_text(shared / "golden/tiny" / name);
    write_text(place / name, bytes.substr(0, bytes.size() - bytes.size() / 3));
    const Outcome outcome = place.run({"import", name, "-o", "model"});
    EXPECT_EQ(outcome.status, 4) << name << outcome;
    EXPECT_FALSE(fs::exists(place / "model"));
  }
}

}  // namespace
}  // namespace relprompt::test

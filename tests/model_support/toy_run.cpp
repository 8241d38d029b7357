#include "toy_run.h"

#include "relprompt/image.h"

#include "base/random.h"
#include "image/image_files.h"
#include "image/label_files.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;

constexpr int kHeight = 48, kWidth = 64, kStripe = 16;
constexpr std::uint8_t kColours[4][3] = {{200, 40, 40}, {40, 180, 60}, {50, 60, 210}, {128, 128, 128}};

void write_sample(const fs::path& folder, const std::string& split, int number) {
  SplitMix64 random(fnv1a(split) + static_cast<std::uint64_t>(number));
  Image image{kHeight, kWidth, std::vector<std::uint8_t>(kHeight * kWidth * 3)};
  LabelMap labels{kHeight, kWidth, std::vector<std::uint16_t>(kHeight * kWidth)};
  std::uint16_t stripes[kWidth / kStripe];
  for (auto& stripe : stripes) stripe = static_cast<std::uint16_t>(random.next() % 4);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const auto pixel = static_cast<std::size_t>(y * kWidth + x);
      const auto label = stripes[x / kStripe];
      labels.labels[pixel] = y == 0 ? LabelMap::kUnknown : label;
      for (std::size_t c = 0; c < 3; ++c) {
        image.rgb[3 * pixel + c] = static_cast<std::uint8_t>(kColours[label][c] + random.next() % 30);
      }
    }
  }
  const auto name = std::to_string(100 + number);
  image::write_png(folder / "images" / split / (name + ".png"), image);
  image::write_labels_png(folder / "masks" / split / (name + ".png"), labels, 4);
}

}  // namespace

void write_toy_set(const fs::path& folder, int training_images, int test_images) {
  for (int i = 0; i < training_images; ++i) write_sample(folder, "train", i);
  for (int i = 0; i < test_images; ++i) write_sample(folder, "val", i);
  write_text(folder / "classes.txt", "red\ngreen\nblue\ngrey\n");
}

void write_toy_clip(const fs::path& folder) {
  model::ModelConfig config;
  config.clip = tiny_config();
  config.clip.vision.layers = 2;
  config.clip.text.layers = 1;
  config.test = model::TestProtocol::for_tower(config.clip.vision);
  write_hashed_model(folder, config);
}

std::string toy_config(const std::string& more) {
  return "protocol: supervised\n"
         "data:\n"
         "  train: {kind: folder, split: train}\n"
         "  test: {kind: folder, split: val}\n"
         "  held_out: 0.2\n"
         "model: {variant: paper, knowledge_grid: 4}\n"
         "augment: {long_side: 96, short_side: 64, crop: 64, min_ratio: 0.8, max_ratio: 1.2}\n"
         "optimizer: {knowledge_rate: 1.0e-3, rate: 2.0e-3}\n"
         "train:\n"
         "  iterations: 8\n"
         "  batch: 4\n"
         "  warmup_iterations: 2\n"
         "  log_every: 1\n"
         "  checkpoint_every: 3\n"
         "  evaluate_every: 4\n"
         "  sheet_samples: 2\n"
         "threads: 1\n" +
         more;
}

}  // namespace relprompt::test

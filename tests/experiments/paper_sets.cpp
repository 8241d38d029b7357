#include "paper_sets.h"

#include <cstdint>
#include <string>
#include <vector>

#include "set_maker.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;

constexpr int kHeight = 48, kWidth = 64;

struct Layout {
  fs::path images, masks;
  std::string image_ending, mask_ending;
  std::vector<std::uint16_t> values;  ///< stored ones: two of seen classes, two of unseen ones, ignored
};

/// Stripes of all values, each image's shifted by one.
void add_pair(const Layout& layout, const std::string& name, std::size_t shift) {
  add_image(layout.images / (name + layout.image_ending), kHeight, kWidth);
  std::vector<std::uint16_t> mask;
  for (int y = 0; y < kHeight; ++y) {
    for (std::size_t x = 0; x < kWidth; ++x) {
      mask.push_back(layout.values[(x * layout.values.size() / kWidth + shift) % layout.values.size()]);
    }
  }
  add_mask(layout.masks / (name + layout.mask_ending), kWidth, mask);
}

/// a, b, c, d for training and e, f for testing. Lists go beside the masks where the layout has lists.
void add_all(const Layout& train, const Layout& test, const fs::path& training_list,
             const fs::path& test_list) {
  std::size_t shift = 0;
  for (const char* name : {"a", "b", "c", "d"}) add_pair(train, name, shift++);
  for (const char* name : {"e", "f"}) add_pair(test, name, shift++);
  if (training_list.empty()) return;
  write_text(training_list, "a\nb\nc\nd\n");
  write_text(test_list, "e\nf\n");
}

}  // namespace

void write_paper_sets(const fs::path& folder) {
  const auto voc = folder / "VOC2012", context = folder / "VOC2010", coco = folder / "COCO";
  const Layout of_voc = {
      voc / "JPEGImages", voc / "SegmentationClassAug", ".jpg", ".png", {1, 7, 16, 17, 255}};
  const auto lists = voc / "ImageSets/Segmentation";
  add_all(of_voc, of_voc, lists / "train_aug.txt", lists / "val.txt");
  const Layout of_context = {
      context / "JPEGImages", context / "SegmentationClassContext", ".jpg", ".png", {2, 50, 1, 20, 0}};
  const auto context_lists = context / "ImageSets/SegmentationContext";
  add_all(of_context, of_context, context_lists / "train.txt", context_lists / "val.txt");
  Layout train = {coco / "images/train2017",
                  coco / "annotations/train2017",
                  ".jpg",
                  "_labelTrainIds.png",
                  {0, 2, 19, 23, 255}};
  Layout val = train;
  val.images = coco / "images/val2017";
  val.masks = coco / "annotations/val2017";
  add_all(train, val, {}, {});

  model::ModelConfig config;
  config.clip = tiny_config();
  config.clip.vision.layers = 12;
  write_hashed_model(folder / "clip", config);
}

}  // namespace relprompt::test

// Evaluation beside an independent count in NumPy (tools/reference/evaluation_golden.py): twenty label maps
// of every kind of data set and encoding, written as files in the kind's layout, read by its reader and
// counted.
#include <algorithm>
#include <ostream>
#include <set>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "eval/confusion.h"
#include "eval/metrics.h"
#include "numbers.h"
#include "small_sets.h"

namespace relprompt::data {
namespace {

constexpr int kImages = 20;

/// How a kind stores its maps; NAME in a path becomes the sample's name.
struct Case {
  const char* name;  ///< of the golden: the kind, and after a dot the encoding
  MaskFile file;
  const char *image, *mask;
  const char* list = nullptr;
};

constexpr Case kCases[] = {
    {"voc-20", MaskFile::kPalette8, "JPEGImages/NAME.jpg", "SegmentationClass/NAME.png",
     "ImageSets/Segmentation/val.txt"},
    {"voc-21", MaskFile::kPalette8, "JPEGImages/NAME.jpg", "SegmentationClass/NAME.png",
     "ImageSets/Segmentation/val.txt"},
    {"coco-stuff-171.train_ids", MaskFile::kGrey8, "images/val2017/NAME.jpg",
     "annotations/val2017/NAME_labelTrainIds.png"},
    {"coco-stuff-171.raw", MaskFile::kGrey8, "images/val2017/NAME.jpg", "annotations/val2017/NAME.png"},
    {"coco-object-81.object_ids", MaskFile::kGrey8, "images/val2017/NAME.jpg",
     "annotations/val2017/NAME_instanceTrainIds.png"},
    {"coco-object-81.train_ids", MaskFile::kGrey8, "images/val2017/NAME.jpg",
     "annotations/val2017/NAME_labelTrainIds.png"},
    {"coco-object-81.raw", MaskFile::kGrey8, "images/val2017/NAME.jpg", "annotations/val2017/NAME.png"},
    {"cityscapes-19.train_ids", MaskFile::kGrey8, "leftImg8bit/val/bern/NAME_leftImg8bit.png",
     "gtFine/val/bern/NAME_gtFine_labelTrainIds.png"},
    {"cityscapes-19.raw", MaskFile::kGrey8, "leftImg8bit/val/bern/NAME_leftImg8bit.png",
     "gtFine/val/bern/NAME_gtFine_labelIds.png"},
    {"context-59", MaskFile::kPalette8, "JPEGImages/NAME.jpg", "SegmentationClassContext/NAME.png",
     "ImageSets/SegmentationContext/val.txt"},
    {"context-60", MaskFile::kPalette8, "JPEGImages/NAME.jpg", "SegmentationClassContext/NAME.png",
     "ImageSets/SegmentationContext/val.txt"},
    {"context-459", MaskFile::kTiff16, "JPEGImages/NAME.jpg", "annotations_detectron2/pc459_val/NAME.tif"},
    {"ade-150", MaskFile::kGrey8, "images/validation/NAME.jpg", "annotations/validation/NAME.png"},
    {"ade-847", MaskFile::kTiff16, "images_detectron2/validation/NAME.jpg",
     "annotations_detectron2/validation/NAME.tif"},
    {"folder.8bit", MaskFile::kGrey8, "images/val/NAME.png", "masks/val/NAME.png"},
    {"folder.16bit", MaskFile::kGrey16, "images/val/NAME.png", "masks/val/NAME.png"},
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

std::string kind_of(const Case& c) {
  const std::string name = c.name;
  return name.substr(0, name.find('.'));
}

/// A number in [-1, 1) as an integer below `choices`.
std::size_t pick(float u, std::size_t choices) {
  return std::min(static_cast<std::size_t>((u + 1.0f) * 0.5f * static_cast<float>(choices)), choices - 1);
}

Values integers(const model::Tensor& tensor) {
  Values values;
  for (std::int64_t i = 0; i < tensor.elements(); ++i)
    values.push_back(static_cast<std::uint16_t>(tensor.floats()[i]));
  return values;
}

struct Maps {
  int height, width;
  Values stored, predicted;
};

/// As `maps` of the reference makes them.
Maps make_maps(const std::string& name, int number, const Values& values, const Values& ignored,
               std::size_t classes) {
  Maps maps{4 + 5 * number % 13, 3 + 7 * number % 17, {}, {}};
  const auto pixels = std::int64_t{maps.height} * maps.width;
  const auto u = test::uniform_numbers("evaluation." + name + "." + std::to_string(number), 1 + 4 * pixels);
  const auto first = pick(u[0], values.size());
  for (std::size_t at = 1; at < u.size(); at += 4) {
    const bool drop = !ignored.empty() && pick(u[at], 10) == 0;
    maps.stored.push_back(drop ? ignored[pick(u[at + 1], ignored.size())]
                               : values[(first + pick(u[at + 1], 5)) % values.size()]);
    const bool unknown = pick(u[at + 2], 10) == 0;
    const auto label = static_cast<std::uint16_t>((first + pick(u[at + 3], 6)) % classes);
    maps.predicted.push_back(unknown ? LabelMap::kUnknown : label);
  }
  return maps;
}

class EvaluationGolden : public testing::TestWithParam<Case> {
 protected:
  std::string named(const char* what) const { return std::string(GetParam().name) + "." + what; }
  model::Tensor expected(const char* what) const { return golden_[named(what)]; }

  fs::path path_of(std::string pattern, const std::string& name) const {
    return folder_ / pattern.replace(pattern.find("NAME"), 4, name);
  }

  /// Writes the set's files; the maps by sample.
  std::vector<Maps> write_set(std::size_t classes) {
    const auto values = integers(expected("stored")), ignored = integers(expected("ignored"));
    std::vector<Maps> all;
    std::string list, titles;
    for (int number = 0; number < kImages; ++number) {
      const auto name = std::to_string(100 + number);
      all.push_back(make_maps(GetParam().name, number, values, ignored, classes));
      add_image(path_of(GetParam().image, name), all.back().height, all.back().width);
      add_mask(path_of(GetParam().mask, name), all.back().width, all.back().stored, GetParam().file);
      list += name + "\n";
    }
    if (GetParam().list != nullptr) test::write_text(folder_ / GetParam().list, list);
    for (std::size_t i = 0; i < classes; ++i) titles += "class " + std::to_string(i) + "\n";
    if (kind_of(GetParam()) == "folder") test::write_text(folder_ / "classes.txt", titles);
    return all;
  }

  const test::GoldenFile golden_{test::golden_folder() / "evaluation/expected.safetensors"};
  const test::TemporaryFolder folder_;
};

TEST_P(EvaluationGolden, ConfusionCountsOfTwentyLabelMaps) {
  const auto counts = expected("counts");
  const auto classes = static_cast<std::size_t>(counts.shape()[0]);
  const auto maps = write_set(classes);
  const auto dataset = open(kind_of(GetParam()), folder_.path());
  ASSERT_EQ(dataset->classes().size(), classes);
  ASSERT_EQ(dataset->size(), maps.size());

  // Two halves, as two workers would count them; one of them by totals alone as well.
  eval::ConfusionMatrix halves[] = {eval::ConfusionMatrix(classes), eval::ConfusionMatrix(classes)};
  eval::ConfusionMatrix totals(classes, eval::Detail::kTotals);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const auto sample = dataset->get(i);
    const LabelMap prediction{maps[i].height, maps[i].width, maps[i].predicted};
    halves[i % 2].add(sample.name, prediction, sample.labels, kIgnore);
    totals.add(sample.name, prediction, sample.labels, kIgnore);
  }
  auto& matrix = halves[0];
  matrix.merge(halves[1]);

  EXPECT_EQ(matrix.images(), maps.size());
  EXPECT_EQ(golden_.integers(named("pixels")),
            std::vector<std::int64_t>(
                {static_cast<std::int64_t>(matrix.pixels()), static_cast<std::int64_t>(matrix.ignored())}));
  for (const auto* counted : {&matrix, &totals}) {
    const auto by_class = counted->class_counts();
    for (std::size_t c = 0; c < classes; ++c) {
      const float* row = counts.floats() + 3 * c;
      EXPECT_EQ(by_class[c].intersection, static_cast<std::uint64_t>(row[0])) << "class " << c;
      EXPECT_EQ(by_class[c].prediction, static_cast<std::uint64_t>(row[1])) << "class " << c;
      EXPECT_EQ(by_class[c].truth, static_cast<std::uint64_t>(row[2])) << "class " << c;
    }
  }
  Sha256 pairs;
  pairs.update(matrix.cells().data(), matrix.cells().size() * sizeof(std::uint64_t));
  std::string digest;
  for (const auto byte : golden_.integers(named("sha256"))) {
    for (const auto half : {byte / 16, byte % 16}) digest += "0123456789abcdef"[half];
  }
  EXPECT_EQ(pairs.hex(), digest) << "who was taken for whom";

  const auto present = eval::scores_of(matrix, {}, eval::Average::kPresent);
  const auto all = eval::scores_of(matrix, {}, eval::Average::kAll);
  EXPECT_TRUE(test::near({static_cast<float>(present.pacc.value()), static_cast<float>(present.miou.value()),
                          static_cast<float>(all.miou.value())},
                         expected("scores"), 1e-6));
}

INSTANTIATE_TEST_SUITE_P(Kinds, EvaluationGolden, testing::ValuesIn(kCases), [](const auto& c) {
  std::string name = c.param.name;
  for (char& letter : name) letter = letter == '-' || letter == '.' ? '_' : letter;
  return name;
});

TEST(EvaluationGoldens, CoverEveryKindOfDataSet) {
  std::set<std::string> covered, known;
  for (const auto& c : kCases) covered.insert(kind_of(c));
  for (const auto& kind : dataset_kinds()) known.insert(kind.name);
  EXPECT_EQ(covered, known);
}

}  // namespace
}  // namespace relprompt::data

// The layouts of published data sets, made small: files found, stored values turned into labels.
#include <fstream>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "data/class_names.h"
#include "small_sets.h"

namespace relprompt::data {
namespace {

TEST(Voc, TwentyClassesIgnoreBackground) {
  const test::TemporaryFolder root;
  add_voc(root.path(), "2007_a", {0, 1, 20, 255});
  add_voc(root.path(), "2007_b", {5, 5, 5, 5});
  add_list(root.path(), "val", "2007_b\n2007_a\n");
  add_list(root.path(), "trainval", "2007_a\n");
  const auto val = open("voc-20", root.path());
  ASSERT_EQ(val->size(), 2u);
  EXPECT_EQ(val->name(0), "2007_b") << "the list's order";
  EXPECT_EQ(val->get(0).name, "2007_b");
  EXPECT_EQ(labels_of(*val, 1), (Values{kIgnore, 0, 19, kIgnore}));
  EXPECT_EQ(val->get(1).image.width, 4);
  EXPECT_EQ(val->classes().size(), 20u);
  EXPECT_EQ(val->classes().title(19), "tvmonitor");
  EXPECT_FALSE(val->classes().seen[19]);
  EXPECT_EQ(open("voc-20", root.path(), "trainval")->size(), 1u);
  EXPECT_TRUE(val->unpaired().empty());
}

TEST(Voc, BackgroundIsToldFromIgnoredPixelsWhereAsked) {
  const test::TemporaryFolder root;
  add_voc(root.path(), "a", {0, 1, 20, 255});
  add_list(root.path(), "val", "a\n");
  DatasetSpec spec;
  spec.kind = "voc-20";
  spec.root = root.path();
  spec.background = true;
  EXPECT_EQ(labels_of(*open_dataset(spec)), (Values{kBackground, 0, 19, kIgnore}));
  spec.kind = "voc-21";
  EXPECT_ERROR(open_dataset(spec), ErrorCode::kBadArgument, "voc-21 has no background that is no class");
}

TEST(Voc, TwentyOneClassesKeepIt) {
  const test::TemporaryFolder above;
  const fs::path root = above / "VOCdevkit/VOC2012";
  add_voc(root, "a", {0, 1, 20, 255});
  add_list(root, "val", "a\n");
  const auto dataset = open("voc-21", above.path());
  EXPECT_EQ(labels_of(*dataset), (Values{0, 1, 20, kIgnore}));
  EXPECT_EQ(dataset->classes().size(), 21u);
  EXPECT_EQ(dataset->classes().title(0), "background");
  EXPECT_EQ(dataset->classes().title(20), "tvmonitor");
  EXPECT_EQ(dataset->classes().seen.size(), 21u);
  EXPECT_TRUE(dataset->classes().seen[0]);
  EXPECT_FALSE(dataset->classes().seen[20]);
}

TEST(Voc, AugmentedMasksFillUp) {
  const test::TemporaryFolder root;
  add_voc(root.path(), "both", {1, 1});
  add_voc(root.path(), "both", {2, 2}, "SegmentationClassAug");
  add_voc(root.path(), "aug", {3, 3}, "SegmentationClassAug");
  add_voc(root.path(), "plain", {4, 4});
  add_list(root.path(), "train", "both\nplain\n");
  add_list(root.path(), "aug", "aug\n");
  const auto joined = open("voc-20", root.path(), "train_aug");  // train.txt and aug.txt together
  ASSERT_EQ(joined->size(), 3u);
  EXPECT_EQ(labels_of(*joined, 0), (Values{1, 1})) << "the augmented mask comes first";
  EXPECT_EQ(labels_of(*joined, 1), (Values{3, 3}));
  EXPECT_EQ(labels_of(*joined, 2), (Values{2, 2}));
  EXPECT_EQ(labels_of(*open("voc-20", root.path(), "train"), 0), (Values{0, 0}));

  add_list(root.path(), "train_aug", "/JPEGImages/aug.jpg /SegmentationClassAug/aug.png\n");
  const auto listed = open("voc-20", root.path(), "train_aug");
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->name(0), "aug");
}

TEST(CocoStuff, RawIdsHaveGaps) {
  const test::TemporaryFolder root;
  // Around every gap, and the ends.
  const Values raw = {0, 10, 12, 24, 26, 27, 30, 43, 45, 64, 66, 69, 71, 81, 83, 89, 91, 181, 255};
  const Values labels = {0, 10, 11, 23, 24, 25, 26, 39, 40, 59, 60, 61, 62, 72, 73, 79, 80, 170, kIgnore};
  add_pair(root / "images/val2017/000139.jpg", root / "annotations/val2017/000139.png", raw,
           MaskFile::kGrey8);
  const auto dataset = open("coco-stuff-171", root.path());
  ASSERT_EQ(dataset->size(), 1u);
  EXPECT_EQ(labels_of(*dataset), labels);
  EXPECT_EQ(dataset->classes().size(), 171u);
  for (const std::uint16_t gap : {11, 25, 28, 29, 44, 65, 67, 68, 70, 82, 90, 182, 254}) {
    add_mask(root / "annotations/val2017/000139.png", 19, Values(19, gap));
    EXPECT_ERROR(dataset->get(0), ErrorCode::kUnreadable, "the first " + std::to_string(gap));
  }
}

TEST(CocoObject, KeepsTheThingsOfCocoStuff) {
  const test::TemporaryFolder root;
  const fs::path image = root / "images/val2017/a.jpg", masks = root / "annotations/val2017";
  // The first and last thing, the first and last stuff, a dropped id, unlabelled.
  add_pair(image, masks / "a.png", {0, 89, 91, 181, 11, 255}, MaskFile::kGrey8);
  auto dataset = open("coco-object-81", root.path());
  EXPECT_EQ(labels_of(*dataset), (Values{1, 80, 0, 0, 0, 0}));
  EXPECT_EQ(dataset->classes().size(), 81u);
  EXPECT_EQ(dataset->classes().title(0), "background");
  EXPECT_EQ(dataset->classes().title(80), "toothbrush");
  add_mask(masks / "a_labelTrainIds.png", 6, {0, 79, 80, 170, 40, 255});
  EXPECT_EQ(labels_of(*open("coco-object-81", root.path())), (Values{1, 80, 0, 0, 41, 0}));
  add_mask(masks / "a_instanceTrainIds.png", 6, {0, 80, 1, 2, 3, 255});
  EXPECT_EQ(labels_of(*open("coco-object-81", root.path())), (Values{0, 80, 1, 2, 3, kIgnore}));
}

TEST(Cityscapes, ReadsItsOwnIdsAndConvertedOnes) {
  const test::TemporaryFolder root;
  const fs::path image = root / "leftImg8bit/val/bonn/b_1_leftImg8bit.png", masks = root / "gtFine/val/bonn";
  add_pair(image, masks / "b_1_gtFine_labelIds.png", {7, 8, 11, 33, 0, 29}, MaskFile::kGrey8);
  add_mask(masks / "b_1_gtFine_color.png", 6, Values(6, 1));
  auto dataset = open("cityscapes-19", root.path());
  ASSERT_EQ(dataset->size(), 1u);
  EXPECT_EQ(dataset->name(0), "bonn/b_1");
  EXPECT_EQ(labels_of(*dataset), (Values{0, 1, 2, 18, kIgnore, kIgnore}));
  EXPECT_EQ(dataset->classes().title(6), "traffic light");
  add_mask(masks / "b_1_gtFine_labelTrainIds.png", 6, {0, 18, 5, 255, 1, 2});
  EXPECT_EQ(labels_of(*open("cityscapes-19", root.path())), (Values{0, 18, 5, kIgnore, 1, 2}));
}

TEST(CocoStuff, TrainIdsWinUnlessRawIdsAreWanted) {
  const test::TemporaryFolder root;
  const fs::path masks = root / "annotations/train2017";
  add_pair(root / "images/train2017/a.jpg", masks / "a_labelTrainIds.png", {170, 11, 255}, MaskFile::kGrey8);
  add_mask(masks / "a.png", 3, {181, 12, 0});
  DatasetSpec spec;
  spec.kind = "coco-stuff-171";
  spec.root = root.path();
  spec.split = "train";
  const auto train_ids = open_dataset(spec);
  ASSERT_EQ(train_ids->size(), 1u);
  EXPECT_EQ(labels_of(*train_ids), (Values{170, 11, kIgnore}));
  EXPECT_TRUE(train_ids->unpaired().empty()) << "the raw mask belongs to the image too";
  spec.encoding = "raw";
  EXPECT_EQ(labels_of(*open_dataset(spec)), (Values{170, 11, 0}));
  spec.encoding = "train_ids";
  EXPECT_EQ(labels_of(*open_dataset(spec)), (Values{170, 11, kIgnore}));
  spec.encoding = "trainids";
  EXPECT_ERROR(open_dataset(spec), ErrorCode::kBadArgument, "did you mean train_ids?");
}

TEST(Context, FiftyNineAndSixty) {
  const test::TemporaryFolder above;
  const fs::path root = above / "VOC2010";
  add_pair(root / "JPEGImages/x.jpg", root / "SegmentationClassContext/x.png", {0, 1, 59, 255},
           MaskFile::kGrey8);
  test::write_text(root / "ImageSets/SegmentationContext/val.txt", "x\n");
  EXPECT_EQ(labels_of(*open("context-59", above.path())), (Values{kIgnore, 0, 58, kIgnore}));
  EXPECT_EQ(labels_of(*open("context-60", root)), (Values{0, 1, 59, kIgnore}));
  EXPECT_EQ(open("context-60", root)->classes().title(0), "background");
  EXPECT_EQ(open("context-59", root)->classes().size(), 59u);
}

TEST(Context, All459NamesAndNoCollisionWithIgnore) {
  const test::TemporaryFolder root;
  add_pair(root / "JPEGImages/x.jpg", root / "SegmentationClassContext459/x.tif",
           {0, 254, 255, 256, 458, 459, 65535}, MaskFile::kTiff16);
  add_image(root / "JPEGImages/of_another_split.jpg", 1, 7);
  const auto by_masks = open("context-459", root.path());
  ASSERT_EQ(by_masks->size(), 1u);
  EXPECT_EQ(labels_of(*by_masks), (Values{0, 254, 255, 256, 458, kIgnore, kIgnore}));
  EXPECT_EQ(by_masks->classes().size(), 459u);
  add_mask(root / "SegmentationClassContext459/x.tif", 7, Values(7, 460), MaskFile::kTiff16);
  EXPECT_ERROR(by_masks->get(0), ErrorCode::kUnreadable, "0 to 458, or 65535 or 459 for ignored");

  test::write_text(root / "ImageSets/SegmentationContext/val.txt", "y\nx\n");
  EXPECT_EQ(open("context-459", root.path())->size(), 2u);
  add_mask(root / "annotations_detectron2/pc459_val/x.png", 7, Values(7, 255), MaskFile::kGrey16);
  EXPECT_EQ(labels_of(*open("context-459", root.path()), 1), Values(7, 255));
}

TEST(Ade, HundredAndFifty) {
  const test::TemporaryFolder above;
  const fs::path root = above / "ADEChallengeData2016";
  add_pair(root / "images/validation/ADE_val_1.jpg", root / "annotations/validation/ADE_val_1.png",
           {0, 1, 150, 255}, MaskFile::kGrey8);
  const auto dataset = open("ade-150", above.path());
  EXPECT_EQ(labels_of(*dataset), (Values{kIgnore, 0, 149, kIgnore}));
  EXPECT_EQ(dataset->classes().size(), 150u);
  EXPECT_ERROR(open("ade-150", above.path(), "train"), ErrorCode::kNotFound, "images/training");
}

TEST(Ade, EightHundredAndFortySeven) {
  const test::TemporaryFolder root;
  add_pair(root / "images_detectron2/training/a.jpg", root / "annotations_detectron2/training/a.tif",
           {0, 255, 846, 65535}, MaskFile::kTiff16);
  const auto dataset = open("ade-847", root.path(), "train");
  EXPECT_EQ(labels_of(*dataset), (Values{0, 255, 846, kIgnore}));
  EXPECT_EQ(dataset->classes().size(), 847u);
  add_mask(root / "annotations_detectron2/training/a.tif", 4, {0, 0, 847, 0}, MaskFile::kTiff16);
  EXPECT_ERROR(dataset->get(0), ErrorCode::kUnreadable,
               "1 pixels with labels of no class, the first 847 in row 0, column 2");
}

TEST(ClassNames, EqualTheSharedLists) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto expect = [&](const char* file, const ClassList& classes) {
    const auto listed = nlohmann::json::parse(std::ifstream(shared / "vocab" / file));
    ASSERT_EQ(classes.size(), listed.size());
    for (std::size_t label = 0; label < classes.size(); ++label) {
      std::string joined;
      for (const std::string& name : classes.names[label]) joined += (joined.empty() ? "" : ", ") + name;
      std::string expected = listed[label];  // one of them has "c p u ,"
      if (const auto blank = expected.find(" ,"); blank != std::string::npos) expected.erase(blank, 1);
      EXPECT_EQ(joined, expected) << label;
    }
  };
  expect("pc459.json", context_459_classes());
  expect("ade847.json", ade_847_classes());
}

TEST(ClassNames, KeepOrderSynonymsAndRepeatedNames) {
  EXPECT_EQ(split_names("\na, b c;d,\n a\n").names,
            (std::vector<std::vector<std::string>>{{"a"}, {"b c", "d"}, {"a"}}));
  EXPECT_EQ(context_459_classes().title(0), "accordion");
  EXPECT_EQ(ade_847_classes().names[1], (std::vector<std::string>{"building", "edifice"}));
}

}  // namespace
}  // namespace relprompt::data

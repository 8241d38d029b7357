// Folders of images and masks that belong to no published set, and what opening any set refuses, by name.
#include <gtest/gtest.h>

#include "small_sets.h"

namespace relprompt::data {
namespace {

/// images/val, masks/val and three classes.
void make_folder_set(const fs::path& root) {
  test::write_text(root / "classes.txt", "road\ntree\nsky\n");
  add_pair(root / "images/val/a.jpg", root / "masks/val/a.png", {0, 2, 255}, MaskFile::kGrey8);
  add_pair(root / "images/val/town/b.png", root / "masks/val/town/b.png", {1, 1, 65535}, MaskFile::kGrey16);
}

TEST(Folder, PairsByNameInEveryDepth) {
  const test::TemporaryFolder root;
  make_folder_set(root.path());
  const auto dataset = open("folder", root.path());
  ASSERT_EQ(dataset->size(), 2u);
  EXPECT_EQ(dataset->name(1), "town/b");
  EXPECT_EQ(labels_of(*dataset, 0), (Values{0, 2, kIgnore}));
  EXPECT_EQ(labels_of(*dataset, 1), (Values{1, 1, kIgnore}));
  EXPECT_EQ(dataset->classes().title(2), "sky");
}

TEST(Folder, With300ClassesTheDepthTellsClass255FromIgnore) {
  const test::TemporaryFolder root;
  std::string classes;
  for (int i = 0; i < 300; ++i) classes += "class " + std::to_string(i) + "\n";
  test::write_text(root / "names/list.txt", classes);
  add_pair(root / "images/a.jpg", root / "truth/a.png", {255, 299, 65535}, MaskFile::kGrey16);
  add_pair(root / "images/b.jpg", root / "truth/b.png", {255, 254, 0}, MaskFile::kGrey8);
  add_pair(root / "images/c.jpg", root / "truth/c.tif", {255, 254, 65535}, MaskFile::kTiff16);
  DatasetSpec spec;
  spec.kind = "folder";
  spec.root = root.path();
  spec.images = "images";
  spec.masks = "truth";
  spec.classes = "names/list.txt";
  const auto dataset = open_dataset(spec);
  ASSERT_EQ(dataset->size(), 3u);
  EXPECT_EQ(labels_of(*dataset, 0), (Values{255, 299, kIgnore}));
  EXPECT_EQ(labels_of(*dataset, 1), (Values{kIgnore, 254, 0}));
  EXPECT_EQ(labels_of(*dataset, 2), (Values{255, 254, kIgnore}));

  test::write_text(root / "few.txt", "c\na\n");
  spec.list = "few.txt";
  const auto few = open_dataset(spec);
  ASSERT_EQ(few->size(), 2u);
  EXPECT_EQ(few->name(0), "c");
}

TEST(Folder, ListsNameFilesInFoldersButNoneOutside) {
  const test::TemporaryFolder above;
  const fs::path root = above / "set";
  make_folder_set(root);
  add_pair(above / "secret.jpg", above / "secret.png", {0}, MaskFile::kGrey8);
  test::write_text(root / "list.txt", "town/b\n../../../secret\n/elsewhere/a.jpg\n");
  DatasetSpec spec;
  spec.kind = "folder";
  spec.root = root;
  spec.list = "list.txt";
  const auto dataset = open_dataset(spec);
  ASSERT_EQ(dataset->size(), 3u);
  EXPECT_EQ(labels_of(*dataset, 0), (Values{1, 1, kIgnore}));
  EXPECT_ERROR(dataset->get(1), ErrorCode::kNotFound, "images/val/secret.jpg");
  EXPECT_EQ(dataset->name(2), "a");
}

TEST(Folder, NamesWhatHasNoPartner) {
  const test::TemporaryFolder root;
  make_folder_set(root.path());
  add_mask(root / "masks/val/lonely.png", 1, {0});
  add_image(root / "images/val/a.png", 1, 3);  // the same name as a.jpg
  add_image(root / "images/val/unlabelled.jpg", 1, 3);
  const auto dataset = open("folder", root.path());
  ASSERT_EQ(dataset->size(), 3u);
  EXPECT_EQ(dataset->unpaired(), (std::vector<std::string>{(root / "images/val/a.png").string(),
                                                           (root / "masks/val/lonely.png").string()}));
  const Inspection missing = dataset->inspect(2);
  EXPECT_EQ(missing.problem, Problem::kMissing);
  EXPECT_EQ(missing.sample.name, "unlabelled");
  EXPECT_ERROR(dataset->get(2), ErrorCode::kNotFound, "masks/val/unlabelled.png");
}

TEST(Folder, FaultsOfASampleAreToldApart) {
  const test::TemporaryFolder root;
  make_folder_set(root.path());
  const auto dataset = open("folder", root.path());
  const auto faulty = [&] { return dataset->inspect(0); };
  EXPECT_EQ(faulty().problem, Problem::kNone);

  add_mask(root / "masks/val/a.png", 3, {0, 3, 3});
  EXPECT_EQ(faulty().problem, Problem::kBadLabel);
  EXPECT_ERROR(dataset->get(0), ErrorCode::kUnreadable,
               "2 pixels with labels of no class, the first 3 in row 0, column 1");
  add_mask(root / "masks/val/a.png", 1, {0, 1, 2});
  EXPECT_EQ(faulty().problem, Problem::kSizeMismatch);
  EXPECT_ERROR(dataset->get(0), ErrorCode::kUnreadable, "a.png has 1x3 pixels, its image");
  fs::remove(root / "masks/val/a.png");
  add_image(root / "masks/val/a.png", 1, 3);  // RGB
  EXPECT_EQ(faulty().problem, Problem::kUnreadable);
  EXPECT_ERROR(dataset->get(0), ErrorCode::kNotAnImage, "holds colours");
  const std::string image = test::read_text(root / "images/val/a.jpg");
  test::write_text(root / "images/val/a.jpg", image.substr(0, image.size() / 2));
  EXPECT_EQ(faulty().problem, Problem::kUnreadable);
  EXPECT_ERROR(dataset->get(0), ErrorCode::kTruncatedImage, "a.jpg");
  fs::remove(root / "images/val/a.jpg");
  EXPECT_EQ(faulty().problem, Problem::kMissing);
  EXPECT_ERROR(dataset->get(0), ErrorCode::kNotFound, "images/val/a.jpg");
}

TEST(Open, RefusesLargeImagesUnopened) {
  const test::TemporaryFolder root;
  make_folder_set(root.path());
  DatasetSpec spec;
  spec.kind = "folder";
  spec.root = root.path();
  spec.max_pixels = 2;
  EXPECT_ERROR(open_dataset(spec)->get(0), ErrorCode::kImageTooLarge, "a.jpg");
}

TEST(Open, ShowsTheExpectedTree) {
  const test::TemporaryFolder root;
  EXPECT_ERROR(open("voc-20", root / "gone"), ErrorCode::kNotFound, "gone is no root of a voc-20 data set");
  fs::create_directory(root / "JPEGImages");
  EXPECT_ERROR(open("voc-20", root.path()), ErrorCode::kNotFound, "no folder SegmentationClass");
  fs::create_directory(root / "SegmentationClass");
  try {
    open("voc-20", root.path());
    ADD_FAILURE();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    for (const char* part : {"split \"val\": no list ImageSets/Segmentation/val.txt",
                             "expected below it:", "JPEGImages/*.jpg  the images (found)",
                             "SegmentationClass/*.png or SegmentationClassAug/*.png  the labels (found)",
                             "ImageSets/Segmentation/val.txt  a name a line (missing)"}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
    }
  }
  add_list(root.path(), "val", "\n");
  EXPECT_ERROR(open("voc-20", root.path()), ErrorCode::kNotFound, "it has no sample");
  EXPECT_ERROR(open("coco-stuff-171", root.path()), ErrorCode::kNotFound, "images/val2017/*.jpg");
  EXPECT_ERROR(open("folder", root.path(), "train"), ErrorCode::kNotFound, "masks/train/*.png");
}

TEST(Open, NamesTheClassListThatIsMissing) {
  const test::TemporaryFolder root;
  make_folder_set(root.path());
  test::write_text(root / "classes.txt", "road\nroad\n");
  EXPECT_ERROR(open("folder", root.path()), ErrorCode::kBadClassList, "classes.txt, line 2");
  fs::remove(root / "classes.txt");
  EXPECT_ERROR(open("folder", root.path()), ErrorCode::kNotFound, "no class list classes.txt\n");
  EXPECT_ERROR(open("folder", root.path()), ErrorCode::kNotFound, "classes.txt  a class name a line");
}

TEST(Open, UnknownKindsNameTheNearest) {
  EXPECT_ERROR(open("ade-15", "/"), ErrorCode::kBadArgument, "did you mean ade-150?");
  EXPECT_ERROR(open("", "/"), ErrorCode::kBadArgument, "there are voc-20, voc-21");
  std::vector<std::string> kinds;
  for (const DatasetKind& kind : dataset_kinds()) {
    kinds.push_back(kind.name);
    EXPECT_ERROR(open(kind.name, "/nowhere"), ErrorCode::kNotFound, "a " + kind.name + " data set");
  }
  EXPECT_EQ(kinds, (std::vector<std::string>{"voc-20", "voc-21", "coco-stuff-171", "coco-object-81",
                                             "cityscapes-19", "context-59", "context-60", "context-459",
                                             "ade-150", "ade-847", "folder"}));
}

}  // namespace
}  // namespace relprompt::data

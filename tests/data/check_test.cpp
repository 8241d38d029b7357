// The check of a data set: counts by hand, every kind of fault, the report's two forms, CamVid.
#include "data/check.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "set_maker.h"
#include "test_support.h"

namespace relprompt::data {
namespace {

using test::add_image;
using test::add_mask;
using test::MaskFile;

std::unique_ptr<Dataset> open_folder_set(const std::filesystem::path& root, const std::string& split = "val",
                                         const std::filesystem::path& list = {}) {
  DatasetSpec spec;
  spec.kind = "folder";
  spec.root = root;
  spec.split = split;
  spec.list = list;
  return open_dataset(spec);
}

void make_sound_set(const std::filesystem::path& root) {
  test::write_text(root / "classes.txt", "road\ntree\nsky\nsea\n");
  add_image(root / "images/val/a.jpg", 2, 3);
  add_mask(root / "masks/val/a.png", 3, {0, 0, 1, 255, 2, 2});
  add_image(root / "images/val/b.jpg", 1, 4);
  add_mask(root / "masks/val/b.png", 4, {1, 1, 1, 65535}, MaskFile::kGrey16);
}

TEST(Check, CountsASoundSet) {
  const test::TemporaryFolder root;
  make_sound_set(root.path());
  const CheckReport report = check_dataset(*open_folder_set(root.path()));
  EXPECT_EQ(report.samples, 2u);
  EXPECT_EQ(report.sound, 2u);
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.titles, (std::vector<std::string>{"road", "tree", "sky", "sea"}));
  EXPECT_EQ(report.pixels, (std::vector<std::uint64_t>{2, 4, 2, 0}));
  EXPECT_EQ(report.images, (std::vector<std::uint64_t>{1, 2, 1, 0}));
  EXPECT_EQ(report.ignored_pixels, 2u);
  EXPECT_EQ(report.min_height, 1);
  EXPECT_EQ(report.max_height, 2);
  EXPECT_EQ(report.min_width, 3);
  EXPECT_EQ(report.max_width, 4);
  const std::string text = as_text(report);
  EXPECT_NE(text.find("2 samples, 2 of them sound"), std::string::npos) << text;
  EXPECT_NE(text.find("4 classes, 3 of them with pixels"), std::string::npos) << text;
  EXPECT_NE(text.find("8 labelled pixels, 2 ignored (20.00%)"), std::string::npos) << text;
  EXPECT_NE(text.find("nothing is wrong"), std::string::npos) << text;
}

/// One sound sample and one or more of every fault.
void make_faulty_set(const std::filesystem::path& root) {
  make_sound_set(root);
  std::filesystem::remove(root / "images/val/b.jpg");  // its mask has no image now
  add_image(root / "images/val/c.jpg", 1, 1);          // no mask
  for (const char* name : {"d", "e", "f"}) {           // labels of no class
    add_image(root / "images/val" / (std::string(name) + ".jpg"), 1, 1);
    add_mask(root / "masks/val" / (std::string(name) + ".png"), 1, {4});
  }
  add_image(root / "images/val/g.jpg", 2, 2);  // sizes differ
  add_mask(root / "masks/val/g.png", 1, {0});
  test::write_text(root / "images/val/h.jpg", "no image");
  add_mask(root / "masks/val/h.png", 1, {0});
}

TEST(Check, FindsEveryFault) {
  const test::TemporaryFolder root;
  make_faulty_set(root.path());
  CheckOptions options;
  options.max_listed = 2;
  const CheckReport report = check_dataset(*open_folder_set(root.path()), options);
  EXPECT_EQ(report.samples, 7u);
  EXPECT_EQ(report.sound, 1u);
  EXPECT_FALSE(report.clean());
  EXPECT_EQ(report.pixels, (std::vector<std::uint64_t>{2, 1, 2, 0})) << "of sound samples only";
  const auto expect = [](const Faults& faults, std::uint64_t count, std::size_t listed,
                         const std::string& part) {
    EXPECT_EQ(faults.count, count) << part;
    ASSERT_EQ(faults.listed.size(), listed) << part;
    EXPECT_NE(faults.listed.front().find(part), std::string::npos) << faults.listed.front();
  };
  expect(report.missing, 1, 1, "masks/val/c.png");
  expect(report.labels, 3, 2, "masks/val/d.png");
  expect(report.sizes, 1, 1, "g.png has 1x1 pixels");
  expect(report.unreadable, 1, 1, "h.jpg");
  expect(report.unpaired, 1, 1, "masks/val/b.png");
  EXPECT_EQ(report.repeated.count, 0u);

  const std::string text = as_text(report);
  EXPECT_NE(text.find("masks with labels of no class: 3"), std::string::npos) << text;
  EXPECT_NE(text.find("and 1 more"), std::string::npos) << text;
  EXPECT_EQ(text.find("nothing is wrong"), std::string::npos) << text;
}

TEST(Check, DoesNotDependOnThreads) {
  const test::TemporaryFolder root;
  make_faulty_set(root.path());
  const auto dataset = open_folder_set(root.path());
  CheckOptions options;
  options.threads = 0;
  const std::string alone = as_json(check_dataset(*dataset, options));
  for (options.threads = 1; options.threads < 5; ++options.threads) {
    EXPECT_EQ(as_json(check_dataset(*dataset, options)), alone);
  }
}

TEST(Check, JsonHoldsEverything) {
  const test::TemporaryFolder root;
  make_faulty_set(root.path());
  const auto json = nlohmann::json::parse(as_json(check_dataset(*open_folder_set(root.path()))));
  EXPECT_EQ(json["samples"], 7);
  EXPECT_EQ(json["sound"], 1);
  EXPECT_EQ(json["clean"], false);
  EXPECT_EQ(json["width"], nlohmann::json({3, 3}));
  ASSERT_EQ(json["classes"].size(), 4u);
  EXPECT_EQ(json["classes"][1]["name"], "tree");
  EXPECT_EQ(json["classes"][1]["pixels"], 1);
  EXPECT_EQ(json["classes"][1]["images"], 1);
  EXPECT_EQ(json["bad_labels"]["count"], 3);
  EXPECT_EQ(json["bad_labels"]["listed"].size(), 3u);
  EXPECT_EQ(json["unpaired"]["count"], 1);
}

TEST(Check, JsonIsValidWhateverTheFilesAreCalled) {
  const test::TemporaryFolder root;
  make_sound_set(root.path());
  add_image(root / "images/val/\xFF\"\n.jpg", 1, 1);
  const CheckReport report = check_dataset(*open_folder_set(root.path()));
  EXPECT_EQ(report.missing.count, 1u);
  EXPECT_TRUE(nlohmann::json::accept(as_json(report)));
}

TEST(Check, NamesThatAListRepeats) {
  const test::TemporaryFolder root;
  make_sound_set(root.path());
  test::write_text(root / "list.txt", "a\nb\na\n");
  const CheckReport report = check_dataset(*open_folder_set(root.path(), "val", "list.txt"));
  EXPECT_EQ(report.samples, 3u);
  EXPECT_EQ(report.repeated.count, 1u);
  EXPECT_EQ(report.repeated.listed, (std::vector<std::string>{"a"}));
  EXPECT_FALSE(report.clean());
}

TEST(Check, TellsItsProgress) {
  const test::TemporaryFolder root;
  make_sound_set(root.path());
  std::vector<std::pair<std::size_t, std::size_t>> calls;
  CheckOptions options;
  options.progress = [&](std::size_t done, std::size_t all) { calls.emplace_back(done, all); };
  check_dataset(*open_folder_set(root.path()), options);
  EXPECT_EQ(calls, (std::vector<std::pair<std::size_t, std::size_t>>{{1, 2}, {2, 2}}));
  options.threads = -1;
  EXPECT_ERROR(check_dataset(*open_folder_set(root.path()), options), ErrorCode::kBadArgument, "threads");
}

TEST(CamVid, IsSound) {
  RELPROMPT_REQUIRE_SHARED(shared);
  std::uint64_t pairs = 0;
  for (const char* split : {"train", "val"}) {
    const CheckReport report = check_dataset(*open_folder_set(shared / "camvid", split));
    EXPECT_TRUE(report.clean()) << as_text(report);
    pairs += report.samples;
    ASSERT_EQ(report.titles.size(), 11u);
    EXPECT_EQ(report.titles[3], "road");
    for (const std::uint64_t pixels : report.pixels) EXPECT_GT(pixels, 0u);
    EXPECT_GT(report.ignored_pixels, 0u);
    EXPECT_EQ(report.min_width, 480);
    EXPECT_EQ(report.max_width, 480);
    EXPECT_EQ(report.min_height, 360);
    EXPECT_EQ(report.max_height, 360);
  }
  EXPECT_EQ(pairs, 468u);
}

}  // namespace
}  // namespace relprompt::data

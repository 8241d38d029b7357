// Listing folders and reading lists of names.
#include "data/file_scan.h"

#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::data {
namespace {

std::string stem(const std::string& relative) {
  return without_ending(relative, {".png", ".tif"});
}

TEST(Scan, FindsFilesBelowByName) {
  const test::TemporaryFolder folder;
  for (const char* file : {"b.png", "deep/er/a.tif", ".hidden.png", ".git/c.png", "note.txt", "b.tif"}) {
    test::write_text(folder / file, "x");
  }
  std::filesystem::create_directory_symlink(folder.path(), folder / "loop");
  std::filesystem::create_symlink(folder / "b.png", folder / "linked.png");
  std::vector<std::string> spare;
  const FilesByName files = scan(folder.path(), stem, spare);
  EXPECT_EQ(files, (FilesByName{{"b", (folder / "b.png").string()},
                                {"deep/er/a", (folder / "deep/er/a.tif").string()},
                                {"linked", (folder / "linked.png").string()}}));
  EXPECT_EQ(spare, (std::vector<std::string>{(folder / "b.tif").string()}));
  EXPECT_ERROR(scan(folder / "gone", stem, spare), ErrorCode::kUnreadable, "gone");
}

TEST(WithoutEnding, NeedsANameBeforeIt) {
  EXPECT_EQ(without_ending("a_labelTrainIds.png", {"_labelTrainIds.png"}), "a");
  EXPECT_EQ(without_ending("a.png", {"_labelTrainIds.png"}), "");
  EXPECT_EQ(without_ending(".png", {".png"}), "");
  EXPECT_EQ(without_ending("2008.001.png", {".png"}), "2008.001");
}

TEST(ReadNames, TakesTheFirstWordOfALine) {
  const test::TemporaryFolder folder;
  test::write_text(
      folder / "list.txt",
      "2007_000032\n\n  2007_000039\r\n/JPEGImages/2007_000063.jpg /SegmentationClass/2007_000063.png\n"
      "2007_000068 1\n2008.001");
  EXPECT_EQ(read_names(folder / "list.txt"),
            (std::vector<std::string>{"2007_000032", "2007_000039", "JPEGImages/2007_000063", "2007_000068",
                                      "2008.001"}));
  test::write_text(folder / "empty.txt", "\n \n");
  EXPECT_TRUE(read_names(folder / "empty.txt").empty());
}

TEST(ReadNames, HostileLists) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "binary.txt", std::string("a\0b\n", 4));
  EXPECT_ERROR(read_names(folder / "binary.txt"), ErrorCode::kUnreadable, "binary.txt is no list");
  test::write_text(folder / "long.txt", "a\n" + std::string(100'000, 'x'));
  EXPECT_ERROR(read_names(folder / "long.txt"), ErrorCode::kUnreadable, "line 2 has 100000 bytes");
  EXPECT_ERROR(read_names(folder / "gone.txt"), ErrorCode::kNotFound, "gone.txt");
}

}  // namespace
}  // namespace relprompt::data

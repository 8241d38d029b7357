// Questions about paths that the file system refuses: an answer, never an exception.
#include "base/paths.h"

#include "base/short_list.h"
#include "test_support.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

TEST(Paths, StrangeOnesAreJustNotThere) {
  const test::TemporaryFolder folder;
  fs::create_symlink("circle", folder / "circle");
  test::write_text(folder / "file", "x");
  EXPECT_TRUE(path_exists(folder / "file"));
  EXPECT_TRUE(is_file(folder / "file"));
  EXPECT_TRUE(is_folder(folder.path()));
  EXPECT_FALSE(is_folder(folder / "file"));
  for (const fs::path& path : {folder / std::string(300, 'x'), fs::path(std::string(5000, '/') + "x"),
                               folder / "circle", folder / "circle/x", folder / "file/x", fs::path()}) {
    EXPECT_FALSE(path_exists(path)) << path;
    EXPECT_FALSE(is_file(path)) << path;
    EXPECT_FALSE(is_folder(path)) << path;
  }
  EXPECT_EQ(path_problem(folder / "gone"), "");
  EXPECT_EQ(path_problem(folder / "file"), "");
  EXPECT_EQ(path_problem(folder / std::string(300, 'x')), "File name too long");
  EXPECT_EQ(path_problem(folder / "circle"), "Too many levels of symbolic links");
}

TEST(Paths, TheCurrentFolderMayBeGone) {
  const auto before = fs::current_path();
  {
    const test::TemporaryFolder folder;
    fs::current_path(folder.path());
    EXPECT_EQ(absolute_path("x"), folder / "x");
  }
  EXPECT_EQ(absolute_path("x"), "x");
  fs::current_path(before);
  EXPECT_EQ(absolute_path("/a/../b"), "/a/../b");
}

TEST(ShortList, NamesTheFirstAndCountsTheRest) {
  EXPECT_EQ(short_list({}), "");
  EXPECT_EQ(short_list({"a", "b"}, "; "), "a; b");
  EXPECT_EQ(short_list({"a", "b", "c"}, "; ", 2), "a; b; ... and 1 more");
  EXPECT_EQ(short_list(std::vector<std::string>(5000, "x"), ", ", 1), "x, ... and 4999 more");
}

}  // namespace
}  // namespace relprompt

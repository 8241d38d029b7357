// Finding inputs and naming outputs.
#include "image/find_images.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "image/output_names.h"
#include "test_support.h"

namespace relprompt::image {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class FindImages : public testing::Test {
 protected:
  void add(const std::string& name) {
    fs::create_directories((folder_ / name).parent_path());
    test::write_text(folder_ / name, "x");
  }

  std::vector<std::string> find(const std::vector<std::string>& arguments) const {
    std::vector<fs::path> paths;
    for (const std::string& argument : arguments) paths.push_back(folder_ / argument);
    std::vector<std::string> names;
    for (const Input& input : find_images(paths))
      names.push_back(input.path.lexically_relative(folder_.path()));
    return names;
  }

  std::vector<std::string> stems(const std::vector<std::string>& arguments) const {
    std::vector<fs::path> paths;
    for (const std::string& argument : arguments) paths.push_back(folder_ / argument);
    std::vector<std::string> names;
    for (const fs::path& stem : output_stems(find_images(paths), "out"))
      names.push_back(stem.generic_string());
    return names;
  }

  test::TemporaryFolder folder_;
};

TEST_F(FindImages, FoldersAreSearchedWithTheirSubfolders) {
  for (const char* name : {"p/b.jpg", "p/a.PNG", "p/sub/c.tiff", "p/notes.txt", "p/.hidden.jpg",
                           "p/.git/d.jpg", "p/a.labels.png", "p/a.palette.png", "p/a.overlay.jpg"}) {
    add(name);
  }
  EXPECT_THAT(find({"p"}), ElementsAre("p/a.PNG", "p/b.jpg", "p/sub/c.tiff"));
}

TEST_F(FindImages, LinkedFoldersDoNotGoInCircles) {
  add("p/a.jpg");
  fs::create_directory_symlink(folder_ / "p", folder_ / "p/loop");
  EXPECT_THAT(find({"p"}), ElementsAre("p/a.jpg"));
  EXPECT_THAT(find({"p/loop"}), ElementsAre("p/loop/a.jpg"));  // named by the user: followed
  EXPECT_THAT(find({"p/**"}), ElementsAre("p/a.jpg"));
}

TEST_F(FindImages, NamedFilesNeedNoExtensionAndEachPathCountsOnce) {
  add("p/image");
  add("p/a.jpg");
  EXPECT_THAT(find({"p/image", "p", "p/a.jpg", "p/../p/a.jpg"}), ElementsAre("p/a.jpg", "p/image"));
}

TEST_F(FindImages, Patterns) {
  for (const char* name :
       {"p/a1.jpg", "p/a2.jpg", "p/b1.png", "p/sub/a3.jpg", "p/sub/deep/a4.jpg", "p/.a5.jpg"}) {
    add(name);
  }
  EXPECT_THAT(find({"p/a?.jpg"}), ElementsAre("p/a1.jpg", "p/a2.jpg"));
  EXPECT_THAT(find({"p/[ab]1.*"}), ElementsAre("p/a1.jpg", "p/b1.png"));
  EXPECT_THAT(find({"p/*/a*.jpg"}), ElementsAre("p/sub/a3.jpg"));
  EXPECT_THAT(find({"p/**/a*.jpg"}),
              ElementsAre("p/a1.jpg", "p/a2.jpg", "p/sub/a3.jpg", "p/sub/deep/a4.jpg"));
  EXPECT_THAT(find({"p/s*"}), ElementsAre("p/sub/a3.jpg", "p/sub/deep/a4.jpg"));
}

TEST_F(FindImages, RelativePatterns) {
  add("a1.jpg");
  add("sub/a2.jpg");
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  const auto flat = find_images({"*.jpg"}), deep = find_images({"**/*.jpg"});
  fs::current_path(before);
  ASSERT_EQ(flat.size(), 1u);
  EXPECT_EQ(flat[0].path, "a1.jpg");
  ASSERT_EQ(deep.size(), 2u);
  EXPECT_EQ(deep[1].path, "sub/a2.jpg");
  EXPECT_EQ(output_stems(deep, "out")[1], "out/sub/a2");
}

TEST_F(FindImages, AnExistingNameIsNoPattern) {
  add("p/a[1].jpg");
  add("p/a1.jpg");
  EXPECT_THAT(find({"p/a[1].jpg"}), ElementsAre("p/a[1].jpg"));
}

TEST_F(FindImages, AMissingFileStaysToFailByItself) {
  add("p/a.jpg");
  EXPECT_THAT(find({"p/gone.jpg", "p/a.jpg"}), ElementsAre("p/a.jpg", "p/gone.jpg"));
}

TEST_F(FindImages, FindingNothingIsAnError) {
  add("p/notes.txt");
  EXPECT_ERROR(find({"p"}), ErrorCode::kNotFound, "no image in folder");
  EXPECT_ERROR(find({"p/*.jpg"}), ErrorCode::kNotFound, "nothing matches");
  EXPECT_ERROR(find({"nowhere/**/*.jpg"}), ErrorCode::kNotFound, "*.jpg");
  EXPECT_ERROR(find({}), ErrorCode::kNotFound, "no image given");
}

TEST_F(FindImages, FoldersThatCannotBeListedAreNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may list every folder";
  add("p/locked/a.jpg");
  fs::permissions(folder_ / "p/locked", fs::perms::none);
  EXPECT_ERROR(find({"p"}), ErrorCode::kUnreadable, "locked");
  fs::permissions(folder_ / "p/locked", fs::perms::owner_all);
}

TEST_F(FindImages, OutputsMirrorFolders) {
  for (const char* name : {"p/a.jpg", "p/sub/a.jpg", "p/sub/b.c.png"}) add(name);
  EXPECT_THAT(stems({"p"}), ElementsAre("out/a", "out/sub/a", "out/sub/b.c"));
  EXPECT_THAT(stems({"p/sub"}), ElementsAre("out/a", "out/b.c"));
  EXPECT_THAT(stems({"p/sub/a.jpg"}), ElementsAre("out/a"));
  EXPECT_THAT(stems({"p/**/*.jpg"}), ElementsAre("out/a", "out/sub/a"));
}

TEST_F(FindImages, ClashingNamesKeepTheirExtensions) {
  for (const char* name : {"p/a.jpg", "p/a.png", "p/b.jpg", "p/C.jpg", "p/c.png"}) add(name);
  EXPECT_THAT(stems({"p"}), ElementsAre("out/C.jpg", "out/a.jpg", "out/a.png", "out/b", "out/c.png"));
}

TEST_F(FindImages, ANameThatLooksLikeAnotherWithExtension) {
  for (const char* name : {"p/a.jpg", "p/a.png", "p/a.jpg.png"}) add(name);
  EXPECT_THAT(stems({"p"}), ElementsAre("out/p/a.jpg", "out/a.jpg.png", "out/a.png"));
}

TEST_F(FindImages, ClashesBetweenRootsUseTheirNames) {
  for (const char* name : {"x/a.jpg", "y/a.jpg", "y/b.jpg"}) add(name);
  EXPECT_THAT(stems({"x", "y"}), ElementsAre("out/x/a.jpg", "out/y/a.jpg", "out/b"));
}

TEST_F(FindImages, NumbersAreTheLastResort) {
  for (const char* name : {"1/x/a.jpg", "2/x/a.jpg", "3/x/a.jpg"}) add(name);
  EXPECT_THAT(stems({"1/x", "2/x", "3/x"}), ElementsAre("out/x/a.jpg", "out/x/a.jpg~2", "out/x/a.jpg~3"));
}

TEST(OutputNames, NeverClimbOutOfTheOutputFolder) {
  const std::vector<Input> odd = {{"/etc/x.jpg", "/home/images"}, {"../y.jpg", ".."}, {"../z.jpg", ""}};
  const auto stems = output_stems(odd, "out");
  EXPECT_EQ(stems[0], "out/x");
  EXPECT_EQ(stems[1], "out/y");
  EXPECT_EQ(stems[2], "out/z");
}

}  // namespace
}  // namespace relprompt::image

#include "tar/member_name.h"

#include <gmock/gmock.h>

namespace relprompt::tar {
namespace {

using testing::HasSubstr;

TEST(MemberName, KeyEndsAtTheFirstDotOfTheFile) {
  const struct {
    const char *name, *key, *extension;
  } cases[] = {{"0001.jpg", "0001", "jpg"},
               {"north/0001.seg.png", "north/0001", "seg.png"},
               {"a.b/c.JPG", "a.b/c", "jpg"},
               {"./0001.Left.PNG", "./0001", "left.png"},
               {"x.", "x", ""},
               {"stra\xc3\x9f"
                "e.jpg",
                "stra\xc3\x9f"
                "e",
                "jpg"}};
  for (const auto& [name, key, extension] : cases) {
    const auto split = split_member(name);
    ASSERT_TRUE(split) << name;
    EXPECT_EQ(split->key, key);
    EXPECT_EQ(split->extension, extension);
  }
}

TEST(MemberName, SomeAreOfNoSample) {
  for (const char* name :
       {"README", "a/b", ".hidden", "a/.hidden.jpg", "__index__", "__meta__/a.jpg", "", "a.b/c"})
    EXPECT_FALSE(split_member(name)) << name;
  EXPECT_TRUE(split_member("__a.jpg"));
}

TEST(MemberName, MayNotLeaveTheTar) {
  EXPECT_EQ(problem_of_member("a/b..c/...jpg"), "");
  EXPECT_EQ(problem_of_member("./a.jpg"), "");
  EXPECT_EQ(problem_of_member("/etc/passwd"), "is absolute");
  for (const char* name : {"..", "../a.jpg", "a/../b.jpg", "a/.."})
    EXPECT_EQ(problem_of_member(name), "holds \"..\"") << name;
  EXPECT_EQ(problem_of_member("a\nb.jpg"), "holds a control character");
  EXPECT_THAT(problem_of_member(std::string(1025, 'a')), HasSubstr("1025 bytes"));
  EXPECT_THAT(problem_of_member(""), HasSubstr("empty"));
}

TEST(TarEnding, IsAsItStands) {
  EXPECT_EQ(tar_ending("s/000.tar"), ".tar");
  EXPECT_EQ(tar_ending("s/000.TAR.gz"), ".TAR.gz");
  EXPECT_EQ(tar_ending("s/000.tgz"), ".tgz");
  EXPECT_EQ(tar_ending("000.tar.zst"), ".tar.zst");
  for (const char* path : {"", "tar", ".tar", "s/.tar", "a.tar.xz", "a.gz", "a.tar/b.jpg"})
    EXPECT_EQ(tar_ending(path), "") << path;
  EXPECT_EQ(packing_of(".tar"), Packing::kNone);
  EXPECT_EQ(packing_of(".TAR.gz"), Packing::kGzip);
  EXPECT_EQ(packing_of(".tgz"), Packing::kGzip);
  EXPECT_EQ(packing_of(".tar.zst"), Packing::kZstd);
}

}  // namespace
}  // namespace relprompt::tar

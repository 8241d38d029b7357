// Which texts are names of models on a hub, and their parts.
#include "hub/hub_name.h"

#include "test_support.h"

namespace relprompt::hub {
namespace {

TEST(HubName, Parts) {
  const auto plain = parse_hub_name("openai/clip-vit-base-patch16");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->repository, "openai/clip-vit-base-patch16");
  EXPECT_EQ(plain->revision, "main");
  EXPECT_EQ(plain->subfolder, "");
  const auto full = parse_hub_name("timm/vit_base.openai@refs/pr/3:towers/image");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->repository, "timm/vit_base.openai");
  EXPECT_EQ(full->revision, "refs/pr/3");
  EXPECT_EQ(full->subfolder, "towers/image");
  EXPECT_EQ(full->text(), "timm/vit_base.openai@refs/pr/3:towers/image");
  EXPECT_EQ(full->path_of("config.json"), "towers/image/config.json");
  EXPECT_EQ(plain->path_of("config.json"), "config.json");
}

TEST(HubName, PathsAreNone) {
  for (const char* text :
       {"/a/b", "./a/b", "../a/b", "~/a/b", "~a/b",     "a",        "a/b/c",     "",         "a/",    "/b",
        "a//b", "a b/c", "a/b@",   "a/b:",  "a/b@../x", "a/b:../x", "a/b:/x",    "a/b:x//y", "a/b\n", "a/..",
        "../b", "a/.b",  "a/b.",   "a/-b",  "a/b--c",   "a/b@x y",  "a/b@x%2fy", "a/b:x\\y"}) {
    EXPECT_FALSE(parse_hub_name(text)) << text;
  }
  EXPECT_FALSE(parse_hub_name("a/" + std::string(200, 'b')));
}

TEST(HubName, SafePaths) {
  EXPECT_TRUE(is_safe_path("a"));
  EXPECT_TRUE(is_safe_path("a b/c..d/.e"));
  for (const char* path :
       {"", "/a", "a/", "..", "a/../b", "./a", "a/.", "a//b", "a\x01", "a\x7f", "a\\b", "\n"})
    EXPECT_FALSE(is_safe_path(path)) << path;
  EXPECT_FALSE(is_safe_path(std::string("a\0b", 3)));
  EXPECT_FALSE(is_safe_path(std::string(513, 'a')));
}

TEST(HubName, Commits) {
  EXPECT_TRUE(is_commit("0123456789abcdef0123456789abcdef01234567"));
  EXPECT_FALSE(is_commit("0123456789ABCDEF0123456789abcdef01234567"));
  EXPECT_FALSE(is_commit("0123456789abcdef"));
}

}  // namespace
}  // namespace relprompt::hub

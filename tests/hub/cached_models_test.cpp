// Listing and removing models of a cache that other programs share.
#include "hub/cached_models.h"

#include <cstdlib>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>

#include "base/file_handle.h"
#include "hub/cache_layout.h"
#include "hub/snapshot.h"
#include "test_support.h"

namespace relprompt::hub {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

/// A cache as Hugging Face's programs leave one.
class CachedModels : public testing::Test {
 protected:
  void SetUp() override { ::setenv("HF_HUB_CACHE", folder_.path().c_str(), 1); }
  void TearDown() override { ::unsetenv("HF_HUB_CACHE"); }

  void put(const fs::path& path, const std::string& bytes) const {
    fs::create_directories((folder_.path() / path).parent_path());
    test::write_text(folder_.path() / path, bytes);
  }
  void add(const std::string& folder, const std::string& readme) const {
    put(folder + "/blobs/aa", readme);
    put(folder + "/blobs/bb", std::string(1000, 'w'));
    put(folder + "/refs/main", kCommit);
    const auto snapshot = folder_.path() / folder / "snapshots" / kCommit;
    fs::create_directories(snapshot);
    fs::create_symlink("../../blobs/aa", snapshot / "README.md");
    fs::create_symlink("../../blobs/bb", snapshot / "model.safetensors");
  }

  test::TemporaryFolder folder_;
};

TEST_F(CachedModels, AreListedWithSizeAndLicence) {
  add("models--test--b", "---\nlanguage: en\nlicense: apache-2.0\n---\nlicense: none\n");
  add("models--test--a", "no front matter\nlicense: mit\n");
  put("models--test--c/blobs/cc.incomplete", "123");
  put("datasets--test--d/blobs/dd", "x");
  put("models--odd/blobs/dd", "x");
  put("version.txt", "1");
  const auto all = cached_repositories();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].repository, "test/a");
  EXPECT_EQ(all[0].licence, "");
  EXPECT_EQ(all[1].repository, "test/b");
  EXPECT_EQ(all[1].licence, "apache-2.0");
  EXPECT_EQ(all[1].commit, kCommit);
  EXPECT_THAT(all[1].revisions, testing::ElementsAre("main"));
  EXPECT_EQ(all[1].bytes,
            1000U + 40U + std::string("---\nlanguage: en\nlicense: apache-2.0\n---\nlicense: none\n").size());
  EXPECT_EQ(all[2].unfinished, 3U);
  EXPECT_EQ(all[2].commit, "");
}

TEST_F(CachedModels, RemovalTakesOneModelAlone) {
  add("models--test--a", "");
  add("models--test--b", "");
  put(".locks/models--test--a/aa.lock", "");
  put(".locks/models--test--b/aa.lock", "");
  EXPECT_GE(remove_repository("test/a"), 1000U);
  EXPECT_FALSE(fs::exists(folder_ / "models--test--a"));
  EXPECT_FALSE(fs::exists(folder_ / ".locks/models--test--a"));
  EXPECT_TRUE(fs::exists(folder_ / "models--test--b/blobs/bb"));
  EXPECT_TRUE(fs::exists(folder_ / ".locks/models--test--b/aa.lock"));
  EXPECT_ERROR(remove_repository("test/a"), ErrorCode::kModelNotFound, "not in the cache");
}

TEST_F(CachedModels, RemovalStaysInside) {
  const test::TemporaryFolder other;
  test::write_text(other / "keep", "x");
  fs::create_directory_symlink(other.path(), folder_ / "models--test--link");
  EXPECT_ERROR(remove_repository("test/link"), ErrorCode::kNotWritable, "left alone");
  add("models--test--a", "");
  fs::create_directory_symlink(other.path(), folder_ / "models--test--a/inside");
  remove_repository("test/a");
  EXPECT_TRUE(fs::exists(other / "keep"));
  for (const char* name : {"..", "../x", "/etc/x", "a", "test/a@main", "test/a:b", "test/..", ""})
    EXPECT_ERROR(remove_repository(name), ErrorCode::kBadArgument, "ORG/NAME");
}

TEST_F(CachedModels, RemovalWaitsForNobody) {
  add("models--test--a", "");
  put(".locks/models--test--a/bb.lock", "");
  const FileHandle held(::open((folder_ / ".locks/models--test--a/bb.lock").c_str(), O_RDWR));
  ASSERT_EQ(::flock(held.number(), LOCK_EX), 0);
  EXPECT_ERROR(remove_repository("test/a"), ErrorCode::kNotWritable, "being fetched");
  EXPECT_TRUE(fs::exists(folder_ / "models--test--a/blobs/bb"));
}

TEST_F(CachedModels, WhatPythonFetchedIsFound) {
  add("models--test--a", "");
  const auto name = *parse_hub_name("test/a");
  auto found = find_snapshot(name);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->usable);
  EXPECT_FALSE(found->complete) << "nobody knows whether the hub has a tokenizer";
  for (const char* file : {"config.json", "preprocessor_config.json", "merges.txt"})
    put(fs::path("models--test--a/snapshots") / kCommit / file, "{\"model_type\": \"clip\"}");
  found = find_snapshot(name);
  EXPECT_TRUE(found->complete);
  EXPECT_EQ(found->place(), folder_ / "models--test--a" / "snapshots" / kCommit);
  EXPECT_FALSE(find_snapshot(*parse_hub_name("test/a@v2")));
  EXPECT_TRUE(find_snapshot(*parse_hub_name(std::string("test/a@") + kCommit)));
}

TEST_F(CachedModels, ATowerOfTimmIsNoClip) {
  add("models--test--a", "");
  for (const char* file : {"preprocessor_config.json", "merges.txt", "config.json"})
    put(fs::path("models--test--a/snapshots") / kCommit / file, "{\"num_classes\": 0}");
  EXPECT_FALSE(find_snapshot(*parse_hub_name("test/a"))->usable);
}

TEST(CacheLayout, Environment) {
  const test::TemporaryFolder home;
  for (const char* name :
       {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HF_TOKEN", "HF_ENDPOINT"})
    ::unsetenv(name);
  const std::string before = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
  ::setenv("HOME", home.path().c_str(), 1);
  EXPECT_EQ(cache_folder(), home / ".cache/huggingface/hub");
  ::setenv("XDG_CACHE_HOME", "/x", 1);
  EXPECT_EQ(cache_folder(), "/x/huggingface/hub");
  ::setenv("HF_HOME", "~/hf", 1);
  EXPECT_EQ(cache_folder(), home / "hf/hub");
  fs::create_directory(home / "hf");
  test::write_text(home / "hf/token", "hf_file\n");
  EXPECT_EQ(access_token(), "hf_file");
  ::setenv("HF_TOKEN", "hf_variable", 1);
  EXPECT_EQ(access_token(), "hf_variable");
  ::setenv("HF_TOKEN", "two words", 1);
  EXPECT_ERROR(access_token(), ErrorCode::kBadArgument, "no access token");
  ::setenv("HF_HUB_CACHE", "/y", 1);
  EXPECT_EQ(cache_folder(), "/y");
  EXPECT_EQ(endpoint(), "https://huggingface.co");
  ::setenv("HF_ENDPOINT", "http://mirror/hf/", 1);
  EXPECT_EQ(endpoint(), "http://mirror/hf");
  for (const char* bad : {"mirror", "file:///etc", "ftp://x", "http://a@b"}) {
    ::setenv("HF_ENDPOINT", bad, 1);
    EXPECT_ERROR(endpoint(), ErrorCode::kBadArgument, "HF_ENDPOINT");
  }
  for (const char* name : {"HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HF_TOKEN", "HF_ENDPOINT"})
    ::unsetenv(name);
  before.empty() ? ::unsetenv("HOME") : ::setenv("HOME", before.c_str(), 1);
}

}  // namespace
}  // namespace relprompt::hub

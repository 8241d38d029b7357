// From a hub into the cache: what is asked, what is written, and what needs no hub.
#include <chrono>
#include <cstdlib>

#include <gmock/gmock.h>

#include "hub/cached_models.h"
#include "hub_model.h"

namespace relprompt {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Fetch, LayoutIsHuggingFaces) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  const auto model = fetch();
  EXPECT_TRUE(model.fetched);
  EXPECT_TRUE(model.complete);
  const std::string folder = "models--test--tiny";
  const auto snapshot = folder + "/snapshots/" + commit_of(kModel);
  EXPECT_EQ(model.place, hub.cache() / snapshot);
  const auto config = git_hash_of("{\"model_type\": \"clip\"}"), preprocessor = git_hash_of("{}");
  const auto merges = git_hash_of("#version: 0.2\n"), vocab = git_hash_of("{\"a\": 0}");
  const auto readme = git_hash_of("---\nlicense: mit\n---\n"), large = sha256_of(weights());
  std::vector<std::string> expected = {folder + "/refs/main"};
  const std::pair<std::string, std::string> files[] = {
      {"config.json", config}, {"preprocessor_config.json", preprocessor},
      {"merges.txt", merges},  {"vocab.json", vocab},
      {"README.md", readme},   {"model.safetensors", large}};
  for (const auto& [name, etag] : files) {
    expected.push_back(folder + "/blobs/" + etag);
    expected.push_back(".locks/" + folder + "/" + etag + ".lock");
    expected.push_back(snapshot + "/" + name + " -> ../../blobs/" + etag);
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(hub.cache_files(), expected);
  EXPECT_EQ(read_text(hub.cache() / folder / "refs/main"), commit_of(kModel));
  EXPECT_EQ(read_text(hub.cache() / snapshot / "model.safetensors"), weights());
  EXPECT_EQ(hub::cached_repositories().at(0).licence, "mit");
}

TEST(Fetch, SecondTimeAsksNobody) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  fetch();
  hub.forget_requests();
  EXPECT_FALSE(fetch().fetched);
  EXPECT_THAT(hub.requests(), ElementsAre());
  hub.stop();
  EXPECT_FALSE(fetch().fetched);
  hub::FetchRules refresh;
  refresh.refresh = true;  // the hub is gone: the copy is kept
  EXPECT_EQ(fetch(kModel, refresh).commit, commit_of(kModel));
  ::setenv("HF_HUB_OFFLINE", "1", 1);
  EXPECT_FALSE(fetch().fetched);
  EXPECT_ERROR(fetch("test/other"), ErrorCode::kNoNetwork, "not in the cache");
  ::unsetenv("HF_HUB_OFFLINE");
}

TEST(Fetch, AsksForFactsAndBytesOnce) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  ::setenv("HF_TOKEN", "hf_secret", 1);
  fetch();
  ::unsetenv("HF_TOKEN");
  EXPECT_EQ(
      hub.requests_with("hub HEAD /test/tiny/resolve/" + commit_of(kModel) + "/model.safetensors - token"),
      1U);
  EXPECT_EQ(
      hub.requests_with("hub GET /test/tiny/resolve/" + commit_of(kModel) + "/model.safetensors - token"),
      1U);
  EXPECT_EQ(hub.requests_with("cdn GET /test/tiny/model.safetensors?signature=secret - -"), 1U);
  EXPECT_EQ(hub.requests_with("cdn HEAD"), 0U) << "facts are those of the first answer";
  EXPECT_EQ(hub.requests_with("flax"), 0U);
}

TEST(Fetch, HubWithoutLists) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"path": "/revision/main", "do": "no_list"}])");
  EXPECT_TRUE(fetch().complete);
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
  EXPECT_EQ(hub.requests_with("hub HEAD /test/tiny/resolve/main/"), 3U)
      << "with the first file that is there the commit is known";
}

TEST(Fetch, RelativeRedirectsAreFollowed) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"where": "hub", "path": "resolve/)" + commit_of(kModel) +
             R"(/config.json", "do": "redirect",
                  "to": "/api/moved/test/tiny/config.json", "headers": {"X-Repo-Commit": ")" +
             commit_of(kModel) + R"("}}])");
  ::setenv("HF_TOKEN", "hf_secret", 1);
  fetch();
  ::unsetenv("HF_TOKEN");
  EXPECT_EQ(hub.requests_with("GET /api/moved/test/tiny/config.json - token"), 1U);
}

TEST(Fetch, RevisionsAndSubfolders) {
  REQUIRE_LOCAL_HUB(hub);
  hub.add("test/deep", "towers/clip/config.json", "{\"model_type\": \"clip\"}");
  hub.add("test/deep", "towers/clip/pytorch_model.bin", weights(1000));
  const auto model = fetch("test/deep@v1:towers/clip");
  const auto snapshot = hub.cache() / "models--test--deep/snapshots" / commit_of("test/deep");
  EXPECT_EQ(model.place, snapshot / "towers/clip");
  EXPECT_EQ(std::filesystem::read_symlink(snapshot / "towers/clip/pytorch_model.bin"),
            "../../../../blobs/" + sha256_of(weights(1000)));
  EXPECT_EQ(read_text(hub.cache() / "models--test--deep/refs/v1"), commit_of("test/deep"));
  hub.forget_requests();
  EXPECT_TRUE(fetch("test/deep@v1:towers/clip").complete) << "files that are not there are remembered";
  EXPECT_TRUE(fetch("test/deep@" + commit_of("test/deep") + ":towers/clip").complete);
  EXPECT_THAT(hub.requests(), ElementsAre());
  EXPECT_ERROR(fetch("test/deep@v2:towers/clip"), ErrorCode::kModelNotFound, "RepoNotFound");
  EXPECT_ERROR(fetch("test/deep@v1"), ErrorCode::kModelNotFound, "no weights");
}

TEST(Fetch, Shards) {
  REQUIRE_LOCAL_HUB(hub);
  hub.add("test/sharded", "config.json", "{\"model_type\": \"clip\"}");
  hub.add(
      "test/sharded", "model.safetensors.index.json",
      R"({"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-1.safetensors"}})");
  hub.add("test/sharded", "model-1.safetensors", weights(5000));
  hub.add("test/sharded", "model-2.safetensors", weights(6000));
  const auto model = fetch("test/sharded");
  EXPECT_EQ(read_text(model.place / "model-2.safetensors"), weights(6000));
  std::filesystem::remove(model.place / "model-2.safetensors");
  hub.forget_requests();
  EXPECT_TRUE(fetch("test/sharded").complete) << "the link is made again";
  EXPECT_EQ(hub.requests_with("cdn GET"), 0U);
}

TEST(Fetch, AnIncompleteCopyIsCompletedOrUsed) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  const auto model = fetch();
  std::filesystem::remove(model.place / "preprocessor_config.json");
  EXPECT_TRUE(fetch().complete);
  EXPECT_TRUE(std::filesystem::exists(model.place / "preprocessor_config.json"));
  std::filesystem::remove(model.place / "preprocessor_config.json");
  hub.stop();
  EXPECT_FALSE(fetch().complete);
}

TEST(Fetch, Refusals) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  EXPECT_ERROR(fetch("test/none"), ErrorCode::kModelNotFound, "test/none");
  for (const char* status : {"401", "403"}) {
    hub.faults(std::string(R"([{"path": "model.safetensors", "do": "status", "status": )") + status + "}]");
    EXPECT_ERROR(fetch(), ErrorCode::kModelNotFound, "HF_TOKEN");
    EXPECT_ERROR(fetch(), ErrorCode::kModelNotFound,
                 "model.safetensors of test/tiny at " + hub.address("hub"));
  }
  hub.faults(R"([{"do": "status", "status": 401, "code": "RepoNotFound"}])");
  EXPECT_ERROR(fetch(), ErrorCode::kModelNotFound, "HF_TOKEN");
  hub.faults(R"([{"do": "status", "status": 503}])");
  hub.forget_requests();
  EXPECT_ERROR(fetch(), ErrorCode::kNoNetwork, "503");
  EXPECT_EQ(hub.requests().size(), 6U) << "five retries";
  hub.faults(R"([{"do": "status", "status": 503, "times": 3}])");
  EXPECT_TRUE(fetch().complete);
}

TEST(Fetch, NoHub) {
  REQUIRE_LOCAL_HUB(hub);
  hub.stop();
  EXPECT_ERROR(fetch(), ErrorCode::kNoNetwork, "cannot be fetched");
}

TEST(Fetch, ASilentHubIsNotWaitedFor) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  const auto model = fetch();
  std::filesystem::remove(model.place / "preprocessor_config.json");
  hub.faults(R"([{"do": "hang", "seconds": 60}])");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(fetch().place, model.place);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace relprompt

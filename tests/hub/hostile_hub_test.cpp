// A hub that wants to harm: nothing is written outside the cache, nothing takes for ever.
#include <gmock/gmock.h>

#include "hub_model.h"
#include "limited_run.h"

namespace relprompt {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// No file of the scratch home but the cache's own.
void expect_nothing_outside(const LocalHub& hub) {
  for (const auto& entry : fs::directory_iterator(hub.home()))
    EXPECT_EQ(entry.path().filename(), "hub") << entry.path();
  for (const auto& entry : fs::directory_iterator(hub.cache().parent_path()))
    EXPECT_EQ(entry.path().filename(), "hub") << entry.path();
}

TEST(HostileHub, NamesThatLeadOut) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  for (const char* name :
       {"../evil", "/etc/evil", "a/../../evil", "a\\\\..\\\\evil", "evil\\u0001", "evil\\u001b[2J"}) {
    hub.faults(std::string(R"([{"path": "/revision/main", "more": [")") + name + R"("]}])");
    EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "lead out");
  }
  expect_nothing_outside(hub);
}

TEST(HostileHub, ShardsThatLeadOut) {
  REQUIRE_LOCAL_HUB(hub);
  for (const char* shard : {"../evil.safetensors", "/tmp/evil.safetensors", "a/b.safetensors", ".."}) {
    hub.add("test/sharded", "model.safetensors.index.json",
            std::string(R"({"weight_map": {"a": ")") + shard + "\"}}");
    EXPECT_ERROR(fetch("test/sharded"), ErrorCode::kBadHeader, "no plain file name");
    fs::remove_all(hub.cache());
  }
}

TEST(HostileHub, EtagsThatLeadOut) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  for (const char* etag : {"../../evil", "..", "a/b", ""}) {
    hub.faults(std::string(R"([{"path": "config.json", "do": "redirect", "to": "{cdn}/x", "headers":
        {"X-Linked-Size": "10", "X-Linked-Etag": ")") +
               etag + R"("}}])");
    EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "ETag");
  }
}

TEST(HostileHub, CommitsThatLeadOut) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"path": "config.json", "do": "redirect", "to": "{cdn}/x", "headers":
      {"X-Linked-Size": "10", "X-Linked-Etag": "abc", "X-Repo-Commit": "../../evil"}}])");
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "names no commit");
  hub.faults(
      R"([{"path": "/revision/main", "do": "text", "text": "{\"sha\": \"../x\", \"siblings\": []}"}])");
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "names no commit");
}

TEST(HostileHub, RedirectsToOtherSchemes) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  for (const char* to : {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "scp:x",
                         "javascript:x", "http://user:pass@127.0.0.1/x"}) {
    hub.faults(
        std::string(R"([{"method": "GET", "path": "model.safetensors", "where": "hub", "do": "redirect",
                                "to": ")") +
        to + R"("}])");
    EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "not followed");
  }
}

TEST(HostileHub, RedirectsInACircle) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"method": "GET", "path": "model.safetensors", "do": "redirect",
                  "to": "{cdn}/model.safetensors"}])");
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "redirects");
  EXPECT_EQ(hub.requests_with("GET") - hub.requests_with("api/models"), 11U) << "5 small files, 1 and 5 hops";
  hub.faults(R"([{"method": "HEAD", "path": "config.json", "do": "redirect", "to": "/x/config.json"}])");
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "circle");
}

TEST(HostileHub, SizesBeyondReason) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"method": "HEAD", "path": "model.safetensors", "size": 10000000000000}])");
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "10000000000000 bytes");
  hub.faults(R"([{"method": "HEAD", "path": "model.safetensors", "size": 99999999999999999999}])");
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "how long");
  hub.faults(R"([{"method": "HEAD", "path": "model.safetensors", "size": -5}])");
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "how long");
  hub.faults("");
  hub.add(kModel, "config.json", std::string(9 << 20, ' '));
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "at most");
}

TEST(HostileHub, BodiesWithoutEnd) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  for (const char* what : {"endless", "longer"}) {
    hub.faults(std::string(R"([{"where": "cdn", "do": ")") + what + R"("}])");
    EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "more than the 300000 bytes");
    EXPECT_FALSE(fs::exists(weights_blob(hub)));
  }
}

TEST(HostileHub, ListsWithoutEnd) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"path": "/revision/main", "do": "text", "text": "[", "repeat": 1000000}])");
  run_within(64, [] { EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "levels"); });
  hub.faults(
      R"([{"path": "/revision/main", "do": "text", "text": "[1,2,3,4,5,6,7,8,9,0", "repeat": 1000000}])");
  run_within(64, [] { EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "too long"); });
  hub.faults(R"([{"path": "/revision/main", "do": "text", "text": "<html>"}])");
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "/revision/main");
}

TEST(HostileHub, AnIndexOfAMillionLevels) {
  REQUIRE_LOCAL_HUB(hub);
  std::string deep;
  for (int i = 0; i < 1'000'000; ++i) deep += "{\"weight_map\":";
  hub.add("test/sharded", "model.safetensors.index.json", deep);
  EXPECT_ERROR(fetch("test/sharded"), ErrorCode::kBadHeader, "levels");
}

TEST(HostileHub, HeadersWithoutEnd) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"method": "HEAD", "path": "config.json", "do": "redirect", "to": "{cdn}/x",
                  "headers": {"X-Long": ")" +
             std::string(90'000, 'x') + "\"}}]");
  EXPECT_ERROR(fetch(), ErrorCode::kBadHeader, "");
}

TEST(HostileHub, LinksInTheCacheAreNotFollowedOut) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  const TemporaryFolder other;
  write_text(other / "victim", "keep");
  fs::create_directories(weights_blob(hub).parent_path());
  auto incomplete = weights_blob(hub);
  fs::create_symlink(other / "victim", incomplete += ".incomplete");
  EXPECT_ERROR(fetch(), ErrorCode::kNotWritable, "incomplete");
  EXPECT_EQ(read_text(other / "victim"), "keep");
}

}  // namespace
}  // namespace relprompt

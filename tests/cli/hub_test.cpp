// Models by their names on a hub, through the program: fetched, found again without a network, pulled,
// listed, removed.
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <zlib.h>

#include "local_hub.h"
#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kName = "test/tiny-clip";

/// A place with an image, and a hub with a tiny Hugging Face folder.
class HubPlace {
 public:
  explicit HubPlace(LocalHub& hub) : hub_(hub) {
    write_test_image(place / "street.png");
    const TemporaryFolder model;
    write_tiny_hugging_face(model.path());
    hub.add_folder(kName, model.path());
    hub.add(kName, "README.md", "---\nlicense: mit\n---\n");
  }

  Outcome segment(const std::vector<std::string>& more = {}, const std::string& model = kName) const {
    std::vector<std::string> words = {
        "segment", "street.png", "--model", model, "--classes", "road, sky, car;vehicle, tree", "-o", "out"};
    words.insert(words.end(), more.begin(), more.end());
    return place.run(words);
  }

  fs::path snapshot() const {
    return hub_.cache() / "models--test--tiny-clip" / "snapshots" / commit_of(kName);
  }
  fs::path weights() const { return fs::canonical(snapshot() / "model.safetensors"); }

  Workplace place;

 private:
  LocalHub& hub_;
};

TEST(HubModel, LabelsByNameAndThenOffline) {
  REQUIRE_LOCAL_HUB(hub);
  const HubPlace at(hub);
  const auto first = at.segment();
  EXPECT_EQ(first.status, 0) << first;
  EXPECT_THAT(first.err, HasSubstr("fetched test/tiny-clip"));
  EXPECT_TRUE(fs::exists(at.place / "out/street.labels.png"));
  const auto labels = read_text(at.place / "out/street.labels.png");

  hub.forget_requests();
  ::setenv("LD_DEBUG", "files", 1);
  ::setenv("LD_DEBUG_OUTPUT", (at.place / "loader").c_str(), 1);
  const auto second = at.segment({"--offline"});
  ::unsetenv("LD_DEBUG");
  ::unsetenv("LD_DEBUG_OUTPUT");
  EXPECT_EQ(second.status, 0) << second;
  EXPECT_THAT(second.err, Not(HasSubstr("fetch")));
  EXPECT_EQ(read_text(at.place / "out/street.labels.png"), labels);
  EXPECT_TRUE(hub.requests().empty());
  std::string loaded;
  for (const auto& entry : fs::directory_iterator(at.place.path())) {
    if (entry.path().filename().string().rfind("loader", 0) == 0) loaded += read_text(entry.path());
  }
  EXPECT_THAT(loaded, HasSubstr("librelprompt.so"));
  EXPECT_THAT(loaded, Not(HasSubstr("librelprompt-hub"))) << "a cache hit needs no transfer library";
  EXPECT_THAT(loaded, Not(HasSubstr("libcurl")));

  hub.stop();
  EXPECT_EQ(at.segment().status, 0) << "a cache hit asks nobody";
  EXPECT_EQ(at.place.run({"info", kName, "--offline"}).status, 0);
  EXPECT_EQ(at.place.run({"import", kName, "-o", "imported"}).status, 0);
  EXPECT_EQ(at.segment({}, "imported").status, 0);
  EXPECT_EQ(read_text(at.place / "out/street.labels.png"), labels);
}

TEST(HubModel, AFolderOfRelpromptIsServedAsWell) {
  REQUIRE_LOCAL_HUB(hub);
  const HubPlace at(hub);
  hub.add_folder("test/demo", fs::path(RELPROMPT_SOURCE_DIR) / "models" / "demo");
  const auto outcome = at.segment({}, "test/demo");
  EXPECT_EQ(outcome.status, 0) << outcome;
  hub.stop();
  EXPECT_EQ(at.segment({}, "test/demo").status, 0);
}

TEST(HubModel, ADamagedBlobIsRefusedAndFetchedAgain) {
  REQUIRE_LOCAL_HUB(hub);
  const HubPlace at(hub);
  ASSERT_EQ(at.segment().status, 0);
  const auto blob = at.weights();
  auto bytes = read_text(blob);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_text(blob, bytes);
  const auto refused = at.segment({"--offline"});
  EXPECT_EQ(refused.status, 4) << refused;
  EXPECT_THAT(refused.err, HasSubstr("damaged in the cache"));
  EXPECT_FALSE(fs::exists(blob));
  EXPECT_EQ(at.segment({"--offline"}).status, 5);
  EXPECT_EQ(at.segment().status, 0);
  EXPECT_TRUE(fs::exists(blob));
}

TEST(HubModel, WrongBytesFromTheHub) {
  REQUIRE_LOCAL_HUB(hub);
  const HubPlace at(hub);
  hub.faults(R"([{"where": "cdn", "do": "wrong", "times": 1}])");
  const auto refused = at.segment();
  EXPECT_EQ(refused.status, 4) << refused;
  EXPECT_THAT(refused.err, HasSubstr("model.safetensors"));
  EXPECT_EQ(at.segment().status, 0);
}

TEST(HubModel, StatusesAndMessages) {
  REQUIRE_LOCAL_HUB(hub);
  const HubPlace at(hub);
  const auto none = at.segment({}, "test/none");
  EXPECT_EQ(none.status, 4) << none;
  EXPECT_THAT(none.err, HasSubstr("there is no file or folder test/none"));
  EXPECT_THAT(none.err, HasSubstr(hub.address("hub")));
  hub.faults(R"([{"path": "model.safetensors", "do": "status", "status": 403, "code": "GatedRepo"}])");
  const auto gated = at.segment();
  EXPECT_EQ(gated.status, 4) << gated;
  EXPECT_THAT(gated.err, HasSubstr("HF_TOKEN"));
  EXPECT_THAT(gated.err, HasSubstr("model.safetensors"));
  hub.faults(R"([{"do": "status", "status": 503}])");
  EXPECT_EQ(at.segment().status, 5);
  const auto offline = at.segment({"--offline"});
  EXPECT_EQ(offline.status, 5) << offline;
  EXPECT_THAT(offline.err, HasSubstr("--offline"));
  hub.add("test/deep", "config.json", std::string(1'000'000, '['));
  hub.add("test/deep", "model.safetensors", read_text(at.place / "street.png"));
  hub.faults("");
  EXPECT_EQ(at.segment({}, "test/deep").status, 4);
}

TEST(HubModel, PathsAreNoNames) {
  REQUIRE_LOCAL_HUB(hub);
  const HubPlace at(hub);
  for (const char* path :
       {"./test/tiny-clip", "../test/tiny-clip", "/test/tiny-clip", "~/tiny-clip", "tiny-clip"}) {
    const auto outcome = at.segment({}, path);
    EXPECT_EQ(outcome.status, 4) << path << outcome;
  }
  fs::create_directories(at.place / "test/tiny-clip");  // a local path of the name wins
  EXPECT_EQ(at.segment().status, 4);
  EXPECT_TRUE(hub.requests().empty());
}

TEST(HubModel, InterruptedAndGoneOnWith) {
  REQUIRE_LOCAL_HUB(hub);
  const HubPlace at(hub);
  hub.faults(R"([{"where": "cdn", "do": "slow", "chunk": 20000, "seconds": 0.2, "times": 1}])");
  const auto process = at.place.start({"pull", kName});
  fs::path incomplete;
  for (int tries = 0; tries < 2000 && incomplete.empty(); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(hub.cache() / "models--test--tiny-clip/blobs", none)) {
      if (entry.path().extension() == ".incomplete" && fs::file_size(entry.path(), none) > 20'000)
        incomplete = entry.path();
    }
  }
  ::kill(process, SIGINT);
  const auto stopped = at.place.wait(process);
  EXPECT_EQ(stopped.status, 130) << stopped;
  EXPECT_THAT(stopped.err, HasSubstr("what has arrived is kept"));
  ASSERT_TRUE(fs::exists(incomplete));
  const auto listed = at.place.run({"pull", "--list"});
  EXPECT_THAT(listed.out, HasSubstr("unfinished"));
  hub.forget_requests();
  EXPECT_EQ(at.segment().status, 0);
  EXPECT_EQ(hub.requests_with("cdn GET"), 1U);
  EXPECT_EQ(hub.requests_with("bytes="), 2U);
}

TEST(Pull, FetchesListsAndRemoves) {
  REQUIRE_LOCAL_HUB(hub);
  const HubPlace at(hub);
  EXPECT_THAT(at.place.run({"pull", "--list"}).err, HasSubstr("holds no models"));
  const auto pulled = at.place.run({"pull", kName});
  EXPECT_EQ(pulled.status, 0) << pulled;
  EXPECT_THAT(pulled.out, HasSubstr(at.snapshot().string()));
  const auto again = at.place.run({"pull", kName, "--json"});
  EXPECT_THAT(again.out, HasSubstr("\"fetched\": false"));
  const auto listed = at.place.run({"pull", "--list"});
  EXPECT_EQ(listed.status, 0) << listed;
  EXPECT_THAT(listed.out, HasSubstr("test/tiny-clip"));
  EXPECT_THAT(listed.out, HasSubstr("  mit  " + commit_of(kName).substr(0, 12) + " (main)"));
  EXPECT_THAT(at.place.run({"pull", "--list", "--json"}).out, HasSubstr("\"licence\": \"mit\""));
  EXPECT_EQ(at.place.run({"pull", "--remove", "../tiny-clip"}).status, 2);
  const auto removed = at.place.run({"pull", "--remove", kName});
  EXPECT_EQ(removed.status, 0) << removed;
  EXPECT_FALSE(fs::exists(hub.cache() / "models--test--tiny-clip"));
  EXPECT_EQ(at.place.run({"pull", "--remove", kName}).status, 4);
  EXPECT_EQ(at.place.run({"pull"}).status, 2);
  EXPECT_EQ(at.place.run({"pull", "tiny"}).status, 2);
  EXPECT_EQ(at.place.run({"pull", kName, "--offline"}).status, 5);
}

TEST(Pull, TwoAtOnce) {
  REQUIRE_LOCAL_HUB(hub);
  const HubPlace at(hub);
  const Workplace other;
  hub.faults(R"([{"where": "cdn", "do": "slow", "chunk": 50000, "seconds": 0.05}])");
  const auto first = at.place.start({"pull", kName});
  const auto second = other.start({"pull", kName});
  const auto one = at.place.wait(first), two = other.wait(second);
  EXPECT_EQ(one.status, 0) << one;
  EXPECT_EQ(two.status, 0) << two;
  EXPECT_EQ(hub.requests_with("cdn GET"), 1U);
}

/// The golden CLIP with a whole vocabulary, as the hub would have it.
TEST(HubModel, GoldenClip) {
  RELPROMPT_REQUIRE_SHARED(shared);
  REQUIRE_LOCAL_HUB(hub);
  hub.add_folder("test/golden", shared / "golden" / "tiny" / "clip_hf");
  gzFile vocabulary = gzopen((shared / "vocab" / "bpe_simple_vocab_16e6.txt.gz").c_str(), "rb");
  ASSERT_NE(vocabulary, nullptr);
  std::string merges(8 << 20, '\0');
  merges.resize(static_cast<std::size_t>(gzread(vocabulary, merges.data(), 8 << 20)));
  gzclose(vocabulary);
  hub.add("test/golden", "merges.txt", merges);
  const HubPlace at(hub);
  const auto first = at.segment({}, "test/golden");
  EXPECT_EQ(first.status, 0) << first;
  hub.stop();
  EXPECT_EQ(at.segment({"--offline"}, "test/golden").status, 0);
}

/// Repositories of open_clip, of which these have no tokenizer: that nobody has one is remembered.
TEST(HubModel, GoldenOpenClip) {
  RELPROMPT_REQUIRE_SHARED(shared);
  REQUIRE_LOCAL_HUB(hub);
  const Workplace place;
  for (const char* name : {"head80_gelu", "quickgelu_module"}) {
    hub.add_folder(std::string("test/") + name, shared / "golden" / "open_clip" / name);
    const auto first = place.run({"info", std::string("test/") + name});
    EXPECT_EQ(first.status, 0) << first;
    hub.forget_requests();
    const auto second = place.run({"info", std::string("test/") + name});
    EXPECT_EQ(second.out, first.out);
    EXPECT_TRUE(hub.requests().empty());
  }
}

}  // namespace
}  // namespace relprompt::test

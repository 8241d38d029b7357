// The cache of text embeddings: nothing in it is believed that this program did not write, and nothing is
// lost that several programs write at once.
#include "segmenter/embedding_cache.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/notes.h"
#include "model/cache_folder.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kJoint = 3;

TextEncoding encoding(const std::string& settings = "gelu", const std::string& computation = "steps 1") {
  return {"weights", settings, kJoint, {"a photo of a {}"}, false, computation};
}

/// A unit vector, another one for every angle.
std::vector<float> row(double angle) {
  return {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)), 0};
}

std::vector<float> found(const EmbeddingCache& cache, const std::string& text) {
  const float* numbers = cache.find(text);
  return numbers == nullptr ? std::vector<float>() : std::vector<float>(numbers, numbers + kJoint);
}

class EmbeddingCaches : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1);
    set_note_listener([this](const std::string& text) { notes_.push_back(text); });
  }
  void TearDown() override { set_note_listener({}); }

  void add(const std::string& text, double angle) const {
    EmbeddingCache(encoding()).add({text}, row(angle).data());
  }

  /// The one file with embeddings.
  fs::path file() const {
    for (const auto& entry : fs::directory_iterator(scratch_ / "cache/relprompt/text")) {
      if (entry.path().filename() != "lock") return entry.path();
    }
    return {};
  }

  test::TemporaryFolder scratch_;
  std::vector<std::string> notes_;
};

TEST_F(EmbeddingCaches, KeepRowsByTextAndEncoding) {
  add("road", 1);
  add("sky", 2);
  EXPECT_EQ(found(EmbeddingCache(encoding()), "road"), row(1));
  EXPECT_EQ(found(EmbeddingCache(encoding()), "sky"), row(2));
  EXPECT_EQ(EmbeddingCache(encoding()).find("car"), nullptr);
  EXPECT_EQ(EmbeddingCache(encoding("quick_gelu")).find("road"), nullptr);
  EXPECT_FALSE(EmbeddingCache(encoding()).damaged());
  // A whole file under the name of another encoding does not pass for it.
  const auto of_gelu = file();
  const std::string bytes = test::read_text(of_gelu);
  fs::remove(of_gelu);
  EmbeddingCache(encoding("quick_gelu")).add({"road"}, row(3).data());
  std::ofstream(file(), std::ios::binary) << bytes;
  EXPECT_EQ(EmbeddingCache(encoding("quick_gelu")).find("road"), nullptr);
}

TEST_F(EmbeddingCaches, WhatWasComputedInAnotherWayIsComputedAgain) {
  add("road", 1);
  EXPECT_EQ(EmbeddingCache(encoding("gelu", "steps 2")).find("road"), nullptr);
  EmbeddingCache(encoding("gelu", "steps 2")).add({"road"}, row(2).data());
  EXPECT_EQ(found(EmbeddingCache(encoding("gelu", "steps 2")), "road"), row(2));
  EXPECT_EQ(found(EmbeddingCache(encoding()), "road"), row(1)) << "both ways can share a folder";
}

TEST_F(EmbeddingCaches, NoDamagedByteIsBelieved) {
  add("road", 1);
  add("sky", 2);
  const auto path = file();
  const std::string whole = test::read_text(path);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    std::ofstream(path, std::ios::binary) << damaged;
    const EmbeddingCache cache(encoding());
    EXPECT_TRUE(cache.damaged()) << "byte " << i;
    const auto road = found(cache, "road"), sky = found(cache, "sky");
    EXPECT_TRUE(road.empty() || road == row(1)) << "byte " << i;
    EXPECT_TRUE(sky.empty() || sky == row(2)) << "byte " << i;
    EXPECT_TRUE(road.empty() || sky.empty()) << "byte " << i;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    EXPECT_EQ(EmbeddingCache(encoding()).find("sky"), nullptr) << size << " bytes";
  }
  EXPECT_THAT(notes_, ElementsAre(AllOf(HasSubstr(path.string()), HasSubstr("damaged"))));
  // It is mended by whoever adds to it, and what was whole stays.
  std::ofstream(path, std::ios::binary) << whole.substr(0, whole.size() - 1);
  add("car", 3);
  const EmbeddingCache mended(encoding());
  EXPECT_FALSE(mended.damaged());
  EXPECT_EQ(found(mended, "road"), row(1));
  EXPECT_EQ(found(mended, "car"), row(3));
}

TEST_F(EmbeddingCaches, HoldUnitVectorsOnly) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  for (const auto& bad : std::vector<std::vector<float>>{{nan, 0, 1}, {inf, 0, 0}, {0, 0, 0}, {2, 0, 0}}) {
    EmbeddingCache(encoding()).add({"road"}, bad.data());
    const EmbeddingCache cache(encoding());
    EXPECT_EQ(cache.find("road"), nullptr) << bad[0];
    EXPECT_TRUE(cache.damaged()) << bad[0];
  }
}

TEST_F(EmbeddingCaches, WhoeverOpenedFirstLosesNothingOfOthers) {
  EmbeddingCache first(encoding()), second(encoding());
  first.add({"road"}, row(1).data());
  second.add({"sky"}, row(2).data());
  const EmbeddingCache both(encoding());
  EXPECT_EQ(found(both, "road"), row(1));
  EXPECT_EQ(found(both, "sky"), row(2));
}

TEST_F(EmbeddingCaches, ProcessesThatWriteAtOnceLoseNothing) {
  constexpr int kProcesses = 4, kTexts = 10;
  for (int process = 0; process < kProcesses; ++process) {
    if (::fork() != 0) continue;
    for (int i = 0; i < kTexts; ++i) add(std::to_string(process) + " " + std::to_string(i), process + i);
    ::_exit(0);
  }
  for (int process = 0; process < kProcesses; ++process) ::wait(nullptr);
  const EmbeddingCache all(encoding());
  for (int process = 0; process < kProcesses; ++process) {
    for (int i = 0; i < kTexts; ++i) {
      EXPECT_EQ(found(all, std::to_string(process) + " " + std::to_string(i)), row(process + i));
    }
  }
}

TEST_F(EmbeddingCaches, PlantedFilesAreLeftAlone) {
  add("road", 1);
  const auto path = file();
  fs::rename(path, scratch_ / "planted");
  fs::create_symlink(scratch_ / "planted", path);
  EXPECT_EQ(EmbeddingCache(encoding()).find("road"), nullptr) << "a link";
  fs::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(EmbeddingCache(encoding()).find("road"), nullptr) << "a named pipe";
  add("road", 1);
  EXPECT_EQ(found(EmbeddingCache(encoding()), "road"), row(1)) << "the pipe gave way to a file";
  if (::geteuid() != 0) return;
  ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
  EXPECT_EQ(EmbeddingCache(encoding()).find("road"), nullptr) << "somebody else's";
}

TEST_F(EmbeddingCaches, WithoutAHomeTheFolderIsTheUsersOwn) {
  const char* home = std::getenv("HOME");
  const std::string before = home != nullptr ? home : "";
  ::unsetenv("XDG_CACHE_HOME");
  ::unsetenv("HOME");
  ::setenv("TMPDIR", scratch_.path().c_str(), 1);
  const auto mine = scratch_ / ("relprompt-" + std::to_string(::geteuid()));
  add("road", 1);
  EXPECT_EQ(found(EmbeddingCache(encoding()), "road"), row(1));
  EXPECT_EQ(fs::status(mine).permissions(), fs::perms::owner_all);
  EXPECT_FALSE(fs::exists(scratch_ / "relprompt-cache"));
  fs::rename(mine, scratch_ / "planted");
  fs::create_directory_symlink(scratch_ / "planted", mine);
  EXPECT_EQ(EmbeddingCache(encoding()).find("road"), nullptr) << "a link";
  fs::remove(mine);
  fs::rename(scratch_ / "planted", mine);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(mine.c_str(), 12345, 12345), 0);
    EXPECT_EQ(EmbeddingCache(encoding()).find("road"), nullptr) << "somebody else's";
    ASSERT_EQ(::chown(mine.c_str(), 0, 0), 0);
  }
  ::unsetenv("TMPDIR");
  if (!before.empty()) ::setenv("HOME", before.c_str(), 1);
}

TEST_F(EmbeddingCaches, DamagedHashesAreMadeAgain) {
  test::write_text(scratch_ / "weights", "numbers");
  int computed = 0;
  const std::string right(64, 'a');
  const auto hash = [&] {
    return model::remembered_hash({scratch_ / "weights"}, "test", [&] {
      ++computed;
      return right;
    });
  };
  EXPECT_EQ(hash(), right);
  EXPECT_EQ(hash(), right);
  EXPECT_EQ(computed, 1);
  for (const auto& entry : fs::directory_iterator(scratch_ / "cache/relprompt/hashes")) {
    if (entry.path().filename() == "lock") continue;
    auto text = test::read_text(entry.path());
    text[10] = 'b';
    test::write_text(entry.path(), text);
  }
  EXPECT_EQ(hash(), right);
  EXPECT_EQ(hash(), right);
  EXPECT_EQ(computed, 2);
}

}  // namespace
}  // namespace relprompt::segmenter

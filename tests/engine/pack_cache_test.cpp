// Packed weights kept on disk: bit-identical scores, and nothing stale, foreign or damaged is ever computed
// with.
#include "model/pack_cache.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/notes.h"
#include "engine/network.h"
#include "golden_support.h"
#include "model/cache_folder.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::engine {
namespace {

namespace fs = std::filesystem;
using kernels::Precision;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Precision kAll[] = {Precision::kFp32, Precision::kBf16, Precision::kInt8};
constexpr model::PackCacheRules kKeepTiny = {/*use=*/true, /*least_bytes=*/0};
constexpr model::PackCacheRules kOff = {/*use=*/false};

ino_t inode_of(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

class PackCaches : public testing::Test {
 protected:
  PackCaches() {
    ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1);
    model::ModelConfig config;
    config.clip = test::micro_config();
    config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
    test::write_hashed_model(scratch_ / "model", config);
    listen();
  }
  ~PackCaches() override {
    set_note_listener({});
    ::unsetenv("XDG_CACHE_HOME");
    ::unsetenv("RELPROMPT_PACK_CACHE");
  }

  void listen() {
    notes_.clear();
    set_note_listener([this](const std::string& text) { notes_.push_back(text); });
  }

  /// Opens the model and scores an image.
  std::vector<float> scores(const model::PackCacheRules& rules,
                            Precision precision = Precision::kFp32) const {
    const auto model = model::open_model(scratch_ / "model");
    return scores_of(Network(model, precision, rules), images_of(image_), text_);
  }

  std::vector<fs::path> packs() const {
    std::vector<fs::path> all;
    if (!fs::exists(folder())) return all;
    for (const auto& entry : fs::directory_iterator(folder())) all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
  }
  fs::path folder() const { return scratch_ / "cache/relprompt/packs"; }
  fs::path only_pack() const {
    const auto all = packs();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? fs::path() : all.front();
  }

  /// The pack is as something did it; opening the model says so, gives the right scores and packs afresh.
  void expect_made_again(const std::string& what, const std::string& reason) {
    listen();
    const auto before = inode_of(only_pack());
    EXPECT_EQ(scores(kKeepTiny), scores(kOff)) << what;
    EXPECT_THAT(notes_, ElementsAre(HasSubstr(reason))) << what;
    EXPECT_NE(inode_of(only_pack()), before) << what;
    expect_believed(what);
  }
  void expect_believed(const std::string& what) {
    listen();
    const auto before = inode_of(only_pack());
    EXPECT_EQ(scores(kKeepTiny), scores(kOff)) << what;
    EXPECT_THAT(notes_, IsEmpty()) << what;
    EXPECT_EQ(inode_of(only_pack()), before) << what;
  }

  /// Changes the last bytes of the towers' file in place.
  void change_weights() const {
    std::fstream file(scratch_ / "model/clip.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-static_cast<int>(sizeof(float)), std::ios::end);
    const float value = 0.125f;
    file.write(reinterpret_cast<const char*>(&value), sizeof value);
  }

  const test::TemporaryFolder scratch_;
  const model::Tensor image_{{1, 3, 32, 32}, test::uniform_numbers("image", 3 * 32 * 32)};
  const model::Tensor text_{{5, 32}, test::unit_rows("text", 5, 32)};
  std::vector<std::string> notes_;
};

TEST_F(PackCaches, GiveTheSameBitsInEveryPrecision) {
  for (const auto precision : kAll) {
    const auto fresh = scores(kOff, precision);
    EXPECT_EQ(scores(kKeepTiny, precision), fresh) << "packed into the cache";
    EXPECT_EQ(scores(kKeepTiny, precision), fresh) << "mapped from it";
  }
  EXPECT_EQ(packs().size(), 3u) << "one a precision";
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(PackCaches, GiveTheSameBitsWithMeansAndLayersInBf16) {
  const auto model = model::open_model(scratch_ / "model");
  const auto width = static_cast<std::size_t>(model.config.clip.vision.width),
             mlp = static_cast<std::size_t>(model.config.clip.vision.mlp_width);
  std::vector<kernels::BlockPacking> packings(static_cast<std::size_t>(model.config.clip.vision.layers));
  for (auto& packing : packings) {
    packing.precision = Precision::kInt8;
    const std::vector<float> few(width, 0.25f), many(mlp, -0.5f);
    packing.means = {few, few, few, many};
  }
  packings[1] = {Precision::kBf16, {}};
  const auto run = [&](const model::PackCacheRules& rules) {
    return scores_of(Network(model, Precision::kInt8, packings, rules), images_of(image_), text_);
  };
  const auto fresh = run(kOff);
  EXPECT_EQ(run(kKeepTiny), fresh);
  EXPECT_EQ(run(kKeepTiny), fresh);
  packings[0].means.qkv[3] = 0.5f;
  EXPECT_EQ(run(kKeepTiny), run(kOff)) << "other means, another pack";
  EXPECT_EQ(packs().size(), 2u);
}

TEST_F(PackCaches, AreMapped) {
  scores(kKeepTiny);
  const auto model = model::open_model(scratch_ / "model");
  const Network network(model, Precision::kFp32, kKeepTiny);
  EXPECT_THAT(test::read_text("/proc/self/maps"), HasSubstr(only_pack().string()));
}

TEST_F(PackCaches, DamagedOnesAreMadeAgain) {
  scores(kKeepTiny);
  const auto whole = test::read_text(only_pack());
  test::write_text(only_pack(), whole.substr(0, whole.size() / 2));
  expect_made_again("cut in half", "it is damaged");
  test::write_text(only_pack(), "");
  expect_made_again("emptied", "no file of packed weights");
  std::string problem;
  const FileHandle file(::open(only_pack().c_str(), O_RDONLY));
  const auto blocks = model::PackFile::open(file, only_pack(), problem)->blocks();
  // pack_file_test.cpp changes every byte of a smaller file.
  for (std::size_t i = 0; i < blocks.size(); i += 7) {
    auto damaged = whole;
    damaged[blocks[i].offset + blocks[i].bytes / 2] ^= 1;
    test::write_text(only_pack(), damaged);
    expect_made_again("block " + std::to_string(i), "it is damaged");
  }
  auto other = whole;
  other[16] = 2;
  test::write_text(only_pack(), other);
  expect_made_again("another version", "another version");
}

TEST_F(PackCaches, OfChangedWeightsAreMadeAgain) {
  scores(kKeepTiny);
  const auto file = scratch_ / "model/clip.safetensors";
  const auto time = fs::last_write_time(file);
  const auto size = fs::file_size(file);
  change_weights();
  fs::last_write_time(file, time);
  ASSERT_EQ(fs::file_size(file), size);
  expect_made_again("same size, same time of modification", "another model");
  // Another file with the same weights is the same model.
  fs::copy(file, scratch_ / "copy");
  fs::rename(scratch_ / "copy", file);
  expect_believed("copied");
}

TEST_F(PackCaches, OfAFileThatChangesMeanwhileAreNotKept) {
  const auto model = model::open_model(scratch_ / "model");
  change_weights();
  const Network network(model, Precision::kFp32, kKeepTiny);
  EXPECT_THAT(packs(), IsEmpty());
}

TEST_F(PackCaches, OfAnotherPrecisionAreNotBelieved) {
  scores(kKeepTiny, Precision::kBf16);
  const auto half = only_pack();
  fs::rename(half, scratch_ / "half");
  scores(kKeepTiny);
  fs::copy_file(scratch_ / "half", only_pack(), fs::copy_options::overwrite_existing);
  expect_made_again("bf16 under the name of fp32", "packed for other products");
}

TEST_F(PackCaches, OfOthersAreNotBelieved) {
  scores(kKeepTiny);
  ::chmod(only_pack().c_str(), 0666);
  expect_made_again("others may write it", "somebody else may have written it");
  const auto whole = test::read_text(only_pack());
  test::write_text(scratch_ / "planted", whole);
  fs::remove(only_pack());
  const auto name = [&] {
    scores(kKeepTiny);
    return only_pack();
  }();
  fs::remove(name);
  fs::create_symlink(scratch_ / "planted", name);
  listen();
  EXPECT_EQ(scores(kKeepTiny), scores(kOff));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("is not used")));
  EXPECT_FALSE(fs::is_symlink(name)) << "a file of our own in its place";
  EXPECT_EQ(test::read_text(scratch_ / "planted"), whole);
  if (::geteuid() != 0) return;
  constexpr uid_t kSomebodyElse = 12345;
  ASSERT_EQ(::chown(name.c_str(), kSomebodyElse, kSomebodyElse), 0);
  expect_made_again("somebody else's", "somebody else may have written it");
}

TEST_F(PackCaches, ThatCannotBeWrittenOnlyCostTime) {
  fs::create_directories(scratch_ / "cache/relprompt");
  test::write_text(folder(), "in the way");
  EXPECT_EQ(scores(kKeepTiny), scores(kOff));
  fs::remove(folder());
  scores(kKeepTiny);
  const auto pack = only_pack();
  fs::remove(pack);
  fs::create_directory(pack.string() + ".tmp");
  EXPECT_EQ(scores(kKeepTiny), scores(kOff));
  EXPECT_FALSE(fs::exists(pack));
}

TEST_F(PackCaches, AreWrittenByOneAtATime) {
  const auto fresh = scores(kOff);
  std::vector<std::vector<float>> found(6);
  std::vector<std::thread> threads;
  for (auto& mine : found) threads.emplace_back([&] { mine = scores(kKeepTiny); });
  for (auto& thread : threads) thread.join();
  for (const auto& mine : found) EXPECT_EQ(mine, fresh);
  const auto pack = only_pack();
  expect_believed("written by threads");
  fs::remove(pack);
  const auto private_folder = model::cache_folder("packs");
  {
    const auto other = private_folder->begin(pack.filename().string());
    ASSERT_TRUE(other);
    EXPECT_EQ(scores(kKeepTiny), fresh);
    EXPECT_FALSE(fs::exists(pack)) << "another process is at it";
  }
  // As if that process had been killed.
  EXPECT_EQ(scores(kKeepTiny), fresh);
  EXPECT_EQ(only_pack(), pack) << "and nothing unfinished";
}

TEST_F(PackCaches, TakeLimitedSpace) {
  scores(kKeepTiny, Precision::kInt8);
  const auto oldest = only_pack();
  fs::last_write_time(oldest, fs::file_time_type::clock::now() - std::chrono::hours(2));
  scores(kKeepTiny, Precision::kBf16);
  test::write_text(folder() / "notes.pack", "not ours");
  test::write_text(folder() / (std::string(64, 'a') + ".pack.tmp"), "what a killed process left");
  auto rules = kKeepTiny;
  // The new pack and the one in bf16 fit in, that in int8 does not.
  const auto d = static_cast<std::uint64_t>(test::micro_config().vision.width),
             f = static_cast<std::uint64_t>(test::micro_config().vision.mlp_width);
  const auto numbers = static_cast<std::uint64_t>(test::micro_config().vision.layers) * d * (4 * d + 2 * f);
  rules.most_bytes = numbers * 13 / 2;
  scores(rules);
  EXPECT_FALSE(fs::exists(oldest));
  EXPECT_EQ(packs().size(), 3u) << "fp32, bf16 and the file of somebody else";
  rules.most_bytes = numbers;
  fs::remove_all(folder());
  scores(rules);
  EXPECT_THAT(packs(), IsEmpty()) << "larger than all may be";
}

TEST_F(PackCaches, CanBeTurnedOff) {
  scores(kOff);
  scores({/*use=*/true});
  EXPECT_THAT(packs(), IsEmpty()) << "too small to be worth it";
  ::setenv("RELPROMPT_PACK_CACHE", "off", 1);
  scores(kKeepTiny);
  EXPECT_THAT(packs(), IsEmpty());
  ::setenv("RELPROMPT_PACK_CACHE", "maybe", 1);
  EXPECT_ERROR(scores(kKeepTiny), ErrorCode::kBadArgument, "RELPROMPT_PACK_CACHE: 'maybe'");
}

}  // namespace
}  // namespace relprompt::engine

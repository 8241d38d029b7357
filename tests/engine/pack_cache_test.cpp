// Packed weights kept on disk: bit-identical scores, one writer at a time, limited space.
#include "model/pack_cache.h"

#include <chrono>
#include <thread>

#include "model/cache_folder.h"
#include "pack_cache_support.h"

namespace relprompt::engine {
namespace {

using kernels::Precision;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Precision kAll[] = {Precision::kFp32, Precision::kBf16, Precision::kInt8};

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

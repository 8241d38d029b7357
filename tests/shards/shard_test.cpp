// Which shard an image belongs to, and what job systems say which shard this is.
#include "shards/shard.h"

#include <map>

#include "test_support.h"

namespace relprompt::shards {
namespace {

using Set = std::map<std::string, std::string>;

std::optional<GivenShard> read(const Set& set) {
  return shard_from([&](const char* name) -> std::optional<std::string> {
    const auto found = set.find(name);
    return found == set.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}

Set changed(Set set, const Set& changes) {
  for (const auto& [name, value] : changes) set[name] = value;
  return set;
}

const Set kSlurm{{"SLURM_ARRAY_TASK_ID", "5"},
                 {"SLURM_ARRAY_TASK_COUNT", "16"},
                 {"SLURM_ARRAY_TASK_MIN", "1"},
                 {"SLURM_ARRAY_TASK_MAX", "16"}};
const Set kKubernetes{{"JOB_COMPLETION_INDEX", "7"}, {"JOB_COMPLETIONS", "8"}};

/// The vectors of docs/reference/formats.md, made by Python's hashlib.
TEST(Shard, AssignmentIsAsDocumented) {
  struct Vector {
    const char* id;
    std::uint64_t hash;
    std::size_t of_3, of_16, of_1000;
  };
  for (const auto& [id, hash, of_3, of_16, of_1000] :
       {Vector{"street", 0x6008c26f4452392a, 1, 10, 778}, Vector{"north/0001", 0x63c5854d87edb8b1, 0, 1, 369},
        Vector{"000000000139", 0x6afc83aa15838b1a, 1, 10, 866},
        Vector{"straße", 0x787f4770613d3824, 2, 4, 900}}) {
    EXPECT_EQ(hash_of(id), hash) << id;
    EXPECT_EQ(shard_of(id, 3), of_3) << id;
    EXPECT_EQ(shard_of(id, 16), of_16) << id;
    EXPECT_EQ(shard_of(id, 1000), of_1000) << id;
    EXPECT_EQ(shard_of(id, 1), 0u) << id;
  }
}

TEST(Shard, EachIdIsInOneShardAndShardsAreOfOneSize) {
  std::vector<std::size_t> sizes(8);
  for (int i = 0; i < 8000; ++i) {
    const auto id = "image" + std::to_string(i);
    std::size_t takers = 0;
    for (std::size_t index = 0; index < sizes.size(); ++index) {
      if (!Shard{index, sizes.size()}.takes(id)) continue;
      ++takers;
      ++sizes[index];
    }
    EXPECT_EQ(takers, 1u) << id;
  }
  for (const auto size : sizes) EXPECT_NEAR(static_cast<double>(size), 1000, 150);
}

TEST(Shard, IsWrittenAsNumberAndCount) {
  EXPECT_EQ(parse_shard("0/1").count, 1u);
  EXPECT_EQ(parse_shard("15/16").index, 15u);
  EXPECT_EQ(name_of(parse_shard("15/16")), "shard 15 of 16");
  for (const char* bad : {"", "3", "/", "3/", "/3", "3/3", "4/3", "-1/3", "1/0", "0/0", "1/3/5", " 1/3",
                          "1/3 ", "a/b", "1/99999999999999999999", "0/4000001"}) {
    EXPECT_ERROR(parse_shard(bad), ErrorCode::kBadArgument, "expected I/N");
  }
}

TEST(ShardFromEnvironment, NothingSetIsNoShard) {
  EXPECT_FALSE(read({}));
  EXPECT_FALSE(read({{"SLURM_ARRAY_TASK_ID", ""}, {"SLURM_PROCID", "3"}, {"JOB_COMPLETIONS", "3"}}));
}

TEST(ShardFromEnvironment, TaskOfASlurmArray) {
  const auto found = read(kSlurm);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->shard.index, 4u);
  EXPECT_EQ(found->shard.count, 16u);
  EXPECT_EQ(found->how, "SLURM_ARRAY_TASK_ID");
}

TEST(ShardFromEnvironment, SlurmArrayInSteps) {
  const Set steps{{"SLURM_ARRAY_TASK_ID", "14"},
                  {"SLURM_ARRAY_TASK_COUNT", "4"},
                  {"SLURM_ARRAY_TASK_MIN", "5"},
                  {"SLURM_ARRAY_TASK_STEP", "3"}};
  EXPECT_EQ(read(steps)->shard.index, 3u);
  EXPECT_ERROR(read(changed(steps, {{"SLURM_ARRAY_TASK_ID", "13"}})), ErrorCode::kBadArgument, "gaps");
}

TEST(ShardFromEnvironment, SlurmArrayWithGapsIsRefused) {
  for (const char* id : {"0", "17"})
    EXPECT_ERROR(read(changed(kSlurm, {{"SLURM_ARRAY_TASK_ID", id}})), ErrorCode::kBadArgument, "gaps");
}

TEST(ShardFromEnvironment, IncompleteOrNoNumbers) {
  EXPECT_ERROR(read(changed(kSlurm, {{"SLURM_ARRAY_TASK_COUNT", ""}})), ErrorCode::kBadArgument,
               "SLURM_ARRAY_TASK_COUNT is not set although SLURM_ARRAY_TASK_ID is");
  EXPECT_ERROR(read(changed(kSlurm, {{"SLURM_ARRAY_TASK_MIN", "one"}})), ErrorCode::kBadArgument,
               "SLURM_ARRAY_TASK_MIN=one");
  EXPECT_ERROR(read({{"JOB_COMPLETION_INDEX", "7"}}), ErrorCode::kBadArgument, "JOB_COMPLETIONS is not set");
  EXPECT_ERROR(read(changed(kKubernetes, {{"JOB_COMPLETION_INDEX", "8"}})), ErrorCode::kBadArgument,
               "JOB_COMPLETION_INDEX=8 must be below JOB_COMPLETIONS=8");
  EXPECT_ERROR(read(changed(kKubernetes, {{"JOB_COMPLETION_INDEX", "-1"}})), ErrorCode::kBadArgument, "-1");
}

TEST(ShardFromEnvironment, CompletionOfAKubernetesJob) {
  const auto found = read(kKubernetes);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->shard.index, 7u);
  EXPECT_EQ(found->shard.count, 8u);
  EXPECT_EQ(found->how, "JOB_COMPLETION_INDEX");
}

}  // namespace
}  // namespace relprompt::shards

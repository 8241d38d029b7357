// Every way in which launchers describe a group, and every way to get it wrong.
#include "processes/environment.h"

#include <map>

#include "test_support.h"

namespace relprompt::processes {
namespace {

using Set = std::map<std::string, std::string>;

Environment read(const Set& set) {
  return environment_from([&](const char* name) -> std::optional<std::string> {
    const auto found = set.find(name);
    if (found == set.end()) return std::nullopt;
    return found->second;
  });
}

Set changed(Set set, const Set& changes) {
  for (const auto& [name, value] : changes) set[name] = value;
  return set;
}

const Set kTorchrun{{"RANK", "5"},
                    {"WORLD_SIZE", "8"},
                    {"LOCAL_RANK", "1"},
                    {"MASTER_ADDR", "big"},
                    {"MASTER_PORT", "29500"}};
const Set kSlurm{{"SLURM_PROCID", "3"},
                 {"SLURM_NTASKS", "4"},
                 {"SLURM_LOCALID", "1"},
                 {"SLURM_JOB_ID", "1234567"},
                 {"SLURM_JOB_NODELIST", "node[03-07,9]"}};

TEST(Environment, NothingSetIsASingleWorker) {
  const Environment found = read({});
  EXPECT_EQ(found.rank, 0u);
  EXPECT_EQ(found.size, 1u);
  EXPECT_EQ(found.local_rank, 0u);
  EXPECT_EQ(found.how, "alone");
}

TEST(Environment, EmptyValuesCountAsUnset) {
  EXPECT_EQ(read({{"RANK", ""}, {"WORLD_SIZE", ""}, {"SLURM_PROCID", ""}}).how, "alone");
}

TEST(Environment, ReadsTorchrunsVariables) {
  const Environment found = read(kTorchrun);
  EXPECT_EQ(found.rank, 5u);
  EXPECT_EQ(found.size, 8u);
  EXPECT_EQ(found.local_rank, 1u);
  EXPECT_EQ(found.address, "big");
  EXPECT_EQ(found.port, 29500);
  EXPECT_EQ(found.how, "RANK");
}

TEST(Environment, LocalRankDefaultsToRank) {
  EXPECT_EQ(read(changed(kTorchrun, {{"LOCAL_RANK", ""}})).local_rank, 5u);
}

TEST(Environment, OneWorkerNeedsNoAddress) {
  EXPECT_EQ(read({{"RANK", "0"}, {"WORLD_SIZE", "1"}}).size, 1u);
  EXPECT_EQ(read({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}}).size, 1u);
  EXPECT_EQ(read({{"WORLD_SIZE", "1"}}).how, "alone");
}

TEST(Environment, SlurmsTaskCountAloneIsNoGroup) {
  EXPECT_EQ(read({{"SLURM_NTASKS", "1"}}).how, "alone");
  EXPECT_EQ(read({{"SLURM_NTASKS", "4"}, {"SLURM_JOB_ID", "7"}}).how, "alone") << "a shell within salloc";
}

TEST(Environment, ReadsSlurmsVariables) {
  const Environment found = read(kSlurm);
  EXPECT_EQ(found.rank, 3u);
  EXPECT_EQ(found.size, 4u);
  EXPECT_EQ(found.local_rank, 1u);
  EXPECT_EQ(found.address, "node03");
  EXPECT_EQ(found.port, 15000 + 1234567 % 15000);
  EXPECT_EQ(found.how, "Slurm");
}

TEST(Environment, SlurmsAddressComesFromTheBestSource) {
  const Set with_launcher = changed(kSlurm, {{"SLURM_LAUNCH_NODE_IPADDR", "10.0.0.1"}});
  EXPECT_EQ(read(with_launcher).address, "node03");
  EXPECT_EQ(read(changed(with_launcher, {{"SLURM_JOB_NODELIST", ""}})).address, "10.0.0.1");
  EXPECT_EQ(read(changed(with_launcher, {{"SLURM_STEP_NODELIST", "node07"}})).address, "node07");
  EXPECT_EQ(read(changed(with_launcher, {{"MASTER_ADDR", "chosen"}, {"MASTER_PORT", "99"}})).address,
            "chosen");
  EXPECT_EQ(read(changed(with_launcher, {{"MASTER_ADDR", "chosen"}, {"MASTER_PORT", "99"}})).port, 99);
}

TEST(Environment, TorchrunsVariablesWinOverSlurms) {
  Set both = kSlurm;
  both.insert(kTorchrun.begin(), kTorchrun.end());
  EXPECT_EQ(read(both).how, "RANK");
}

TEST(Environment, IncompleteVariablesAreNamed) {
  for (const char* name : {"WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"}) {
    EXPECT_ERROR(read(changed(kTorchrun, {{name, ""}})), ErrorCode::kBadArgument,
                 std::string(name) + " is not set");
  }
  EXPECT_ERROR(read({{"WORLD_SIZE", "4"}}), ErrorCode::kBadArgument,
               "RANK is not set although WORLD_SIZE is 4");
  EXPECT_ERROR(read({{"SLURM_PROCID", "0"}}), ErrorCode::kBadArgument, "SLURM_NTASKS is not set");
  EXPECT_ERROR(read(changed(kSlurm, {{"SLURM_JOB_ID", ""}})), ErrorCode::kBadArgument,
               "SLURM_JOB_ID is not set");
  EXPECT_ERROR(read(changed(kSlurm, {{"SLURM_JOB_NODELIST", ""}})), ErrorCode::kBadArgument,
               "SLURM_JOB_NODELIST");
}

TEST(Environment, ContradictionsAreNamed) {
  EXPECT_ERROR(read(changed(kTorchrun, {{"RANK", "8"}})), ErrorCode::kBadArgument,
               "RANK=8 must be below WORLD_SIZE=8");
  EXPECT_ERROR(read(changed(kSlurm, {{"SLURM_PROCID", "4"}})), ErrorCode::kBadArgument, "SLURM_PROCID=4");
  EXPECT_ERROR(read(changed(kSlurm, {{"WORLD_SIZE", "2"}})), ErrorCode::kBadArgument,
               "WORLD_SIZE=2 contradicts");
}

TEST(Environment, BadNumbersAreNamed) {
  const Set bad[] = {{{"RANK", "one"}},          {{"RANK", "-1"}},
                     {{"RANK", "1 "}},           {{"RANK", "1.5"}},
                     {{"WORLD_SIZE", "0"}},      {{"WORLD_SIZE", "99999999999999999999"}},
                     {{"LOCAL_RANK", "x"}},      {{"MASTER_PORT", "0"}},
                     {{"MASTER_PORT", "65536"}}, {{"MASTER_PORT", "http"}}};
  for (const Set& change : bad) {
    EXPECT_ERROR(read(changed(kTorchrun, change)), ErrorCode::kBadArgument,
                 change.begin()->first + "=" + change.begin()->second);
  }
  EXPECT_ERROR(read(changed(kSlurm, {{"SLURM_JOB_ID", "x"}})), ErrorCode::kBadArgument, "SLURM_JOB_ID=x");
  EXPECT_ERROR(read(changed(kSlurm, {{"SLURM_LOCALID", "x"}})), ErrorCode::kBadArgument, "SLURM_LOCALID=x");
  EXPECT_ERROR(read(changed(kSlurm, {{"SLURM_JOB_NODELIST", "node[03"}})), ErrorCode::kBadArgument,
               "SLURM_JOB_NODELIST=node[03");
}

}  // namespace
}  // namespace relprompt::processes

// Workers with a GPU each, so that c10d's NCCL backend connects them, or sharing one; or with the stand-in's
// (gpus.h).
#include <csignal>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "gpus.h"
#include "worker_process.h"
#include "workers/local_address.h"

namespace relprompt::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

int gpus_of(const std::vector<std::string>& devices) {
  return static_cast<int>(std::set<std::string>(devices.begin(), devices.end()).size());
}

Start start_on(const std::string& part, const std::vector<std::string>& devices) {
  Start start{part, devices.size()};
  start.devices = devices;
  start.variables = gpu_variables(gpus_of(devices));
  return start;
}

/// Lines that the stand-in printed, one an operation, and all the others.
struct Lines {
  explicit Lines(const std::string& output) {
    std::istringstream text(output);
    for (std::string line; std::getline(text, line);) {
      (line.rfind("stand-in:", 0) == 0 ? stand_in : workers).push_back(line);
    }
  }
  std::vector<std::string> workers, stand_in;
};

/// What `part` prints on each of these devices.
std::vector<Lines> outputs(const Start& start) {
  const auto group = start_workers(start);
  std::vector<Lines> all;
  for (const auto& worker : group) {
    EXPECT_EQ(worker->wait(), 0) << worker->output();
    all.emplace_back(worker->output());
  }
  return all;
}

TEST(OnGpus, SumsAndBroadcastsAreThoseOfTheCpu) {
  RELPROMPT_REQUIRE_GPUS(2);
  const auto expected = outputs({"copies", 2});
  const auto found = outputs(start_on("copies", {"cuda:0", "cuda:1"}));
  for (std::size_t rank = 0; rank < 2; ++rank) {
    EXPECT_EQ(found[rank].workers, expected[rank].workers);
    EXPECT_EQ(found[rank].workers.size(), 4 + 2 + 1u);
    EXPECT_EQ(found[rank].stand_in.empty(), gpus_are_real(2)) << "whether NCCL was used";
  }
}

TEST(OnGpus, WorkersThatShareOneUseTheHostsMemory) {
  if (other_device() != nullptr) GTEST_SKIP() << "NCCL's refusal is what it is about";
  RELPROMPT_REQUIRE_GPUS(1);
  const auto expected = outputs({"copies", 2});
  const auto found = outputs(start_on("copies", {"cuda:0", "cuda:0"}));
  for (std::size_t rank = 0; rank < 2; ++rank) {
    EXPECT_EQ(found[rank].workers, expected[rank].workers);
    EXPECT_THAT(found[rank].stand_in, IsEmpty()) << "NCCL refuses two workers on one GPU";
  }
}

/// How a worker is lost, and whether NCCL notices that by itself; else its operation never ends.
struct Fate {
  std::size_t victim;
  int signal;
  bool noticed;
};

std::ostream& operator<<(std::ostream& stream, const Fate& fate) {
  return stream << "signal " << fate.signal << " to worker " << fate.victim
                << (fate.noticed ? ", noticed by NCCL" : "");
}

class LostOnGpus : public testing::TestWithParam<Fate> {};

TEST_P(LostOnGpus, EndsTheOtherWithItsName) {
  RELPROMPT_REQUIRE_GPUS(2);
  const Fate fate = GetParam();
  Start start = start_on("step", {"cuda:0", "cuda:1"});
  if (fate.noticed) start.variables["STAND_IN_NOTICES"] = "1";
  const auto group = start_workers(start);
  for (const auto& worker : group) worker->wait_for("ready");
  const pid_t pid = group[fate.victim]->pid();
  group[fate.victim]->signal(fate.signal);
  const auto& other = group[1 - fate.victim];
  EXPECT_EQ(other->wait(), 5) << other->output();
  EXPECT_THAT(other->output(), HasSubstr(fmt::format("lost_worker: worker {} ({}:{})", fate.victim,
                                                     workers::host_name(), pid)));
}

INSTANTIATE_TEST_SUITE_P(Workers, LostOnGpus,
                         testing::Values(Fate{1, SIGKILL, false}, Fate{0, SIGKILL, false},
                                         Fate{1, SIGKILL, true}, Fate{0, SIGKILL, true},
                                         Fate{1, SIGSTOP, false}));

}  // namespace
}  // namespace relprompt::test

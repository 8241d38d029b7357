// A worker that dies or fails ends all the others, who say which one it was and why.
#include <csignal>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "worker_process.h"
#include "workers/local_address.h"

namespace relprompt::test {
namespace {

using testing::HasSubstr;

std::string name_of(std::size_t rank, pid_t pid) {
  return fmt::format("worker {} ({}:{})", rank, workers::host_name(), pid);
}

/// What happens to which worker of how many that do what.
struct Fate {
  const char* part;
  std::size_t size, victim;
  int signal;
};

std::ostream& operator<<(std::ostream& stream, const Fate& fate) {
  return stream << fate.part << ", signal " << fate.signal << " to worker " << fate.victim << " of "
                << fate.size;
}

class Signalled : public testing::TestWithParam<Fate> {};

TEST_P(Signalled, EndsTheOthersWithItsName) {
  const Fate fate = GetParam();
  const auto group = start_workers({fate.part, fate.size});
  for (const auto& worker : group) worker->wait_for("ready");
  const std::string name = name_of(fate.victim, group[fate.victim]->pid());
  group[fate.victim]->signal(fate.signal);
  for (std::size_t rank = 0; rank < fate.size; ++rank) {
    if (rank == fate.victim) continue;
    EXPECT_EQ(group[rank]->wait(), 5) << group[rank]->output();
    EXPECT_THAT(group[rank]->output(), HasSubstr("lost_worker: " + name));
  }
}

// A stopped process keeps its connections open: to the others it is like a machine that lost its network.
INSTANTIATE_TEST_SUITE_P(Workers, Signalled,
                         testing::Values(Fate{"step", 2, 1, SIGKILL}, Fate{"step", 2, 0, SIGKILL},
                                         Fate{"step", 3, 1, SIGKILL}, Fate{"step", 3, 0, SIGKILL},
                                         Fate{"step", 2, 1, SIGSTOP}, Fate{"step", 2, 0, SIGSTOP},
                                         Fate{"look", 2, 1, SIGKILL}));

TEST(LostWorker, GivesItsReason) {
  const auto group = start_workers({"fail-1", 3});
  group[0]->wait_for("ready");
  const std::string name = name_of(1, group[1]->pid());
  EXPECT_EQ(group[1]->wait(), 1);
  for (const std::size_t rank : {0, 2}) {
    EXPECT_EQ(group[rank]->wait(), 5);
    EXPECT_THAT(group[rank]->output(), HasSubstr("lost_worker: " + name + " ended: disk full"));
  }
}

TEST(LostWorker, WorkerZeroStaysUntilItsReasonIsHeard) {
  const auto group = start_workers({"fail-0", 3});
  const std::string name = name_of(0, group[0]->pid());
  EXPECT_EQ(group[0]->wait(), 1);
  for (const std::size_t rank : {1, 2}) {
    EXPECT_EQ(group[rank]->wait(), 5);
    EXPECT_THAT(group[rank]->output(), HasSubstr("lost_worker: " + name + " ended: disk full"));
  }
}

TEST(LostWorker, OneThatEndsTooEarlyIsMissed) {
  const auto group = start_workers({"vanish"});
  const std::string name = name_of(1, group[1]->pid());
  EXPECT_EQ(group[1]->wait(), 0);
  EXPECT_EQ(group[0]->wait(), 5);
  EXPECT_THAT(group[0]->output(),
              HasSubstr("lost_worker: " + name + " ended while others were still waiting"));
}

TEST(LostWorker, SlowIsNotLost) {
  const auto group = start_workers({"slow"});
  for (const auto& worker : group) EXPECT_EQ(worker->wait(), 0) << worker->output();
}

}  // namespace
}  // namespace relprompt::test

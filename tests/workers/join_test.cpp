// Coming together, and every way in which it fails.
#include <gmock/gmock.h>

#include "worker_process.h"
#include "workers/workers.h"

namespace relprompt::test {
namespace {

using testing::HasSubstr;

TEST(Join, AloneNeedsNobody) {
  const auto workers = workers::join({}, {});
  EXPECT_EQ(workers->rank(), 0u);
  EXPECT_EQ(workers->size(), 1u);
  std::vector<torch::Tensor> tensors{torch::ones({2})};
  workers->all_reduce(tensors);
  workers->broadcast(tensors);
  EXPECT_EQ(tensors[0].sum().item<float>(), 2.0f);
  EXPECT_EQ(workers->gather("mine"), std::vector<std::string>{"mine"});
  EXPECT_EQ(workers->broadcast_text("mine"), "mine");
  workers->barrier();
  workers->check();
  workers->leave("no reason");
}

TEST(Join, MissingWorkersAreNamedByAll) {
  Start start{"operations", 4};
  start.absent = {2};
  start.join_ms = 3000;
  const auto group = start_workers(start);
  for (const std::size_t rank : {0, 1, 3}) {
    EXPECT_EQ(group[rank]->wait(), 5);
    EXPECT_THAT(group[rank]->output(),
                HasSubstr("lost_worker: only 3 of 4 workers joined within 3 s; missing: 2"));
  }
}

TEST(Join, NobodyListens) {
  Start start{"operations"};
  start.absent = {0};
  start.join_ms = 300;
  const auto group = start_workers(start);
  EXPECT_EQ(group[1]->wait(), 5);
  EXPECT_THAT(group[1]->output(), HasSubstr("worker 0 does not answer at 127.0.0.1:" +
                                            std::to_string(start.port) + ": nobody listens there"));
}

TEST(Join, SomethingElseListens) {
  const Listener listener;
  Start start{"operations"};
  start.port = listener.port();
  start.join_ms = 500;
  const auto group = start_workers(start);
  EXPECT_EQ(group[0]->wait(), 2);
  EXPECT_THAT(group[0]->output(), HasSubstr("bad_argument: worker 0 cannot listen on port " +
                                            std::to_string(listener.port()) + " of 127.0.0.1"));
  EXPECT_EQ(group[1]->wait(), 5);
  EXPECT_THAT(group[1]->output(), HasSubstr("does not speak as a worker does"));
}

TEST(Join, TwoWorkersWithOneRank) {
  Start start{"operations", 3};
  start.join_ms = 4000;
  start.absent = {2};
  const auto group = start_workers(start);
  const auto twin = start_worker(start, 1);
  const int first = group[1]->wait(), second = twin->wait();
  EXPECT_EQ(std::min(first, second), 2);
  EXPECT_EQ(std::max(first, second), 5);
  EXPECT_THAT((first == 2 ? *group[1] : *twin).output(), HasSubstr("two workers have rank 1: "));
  EXPECT_EQ(group[0]->wait(), 5);
}

TEST(Join, DifferentSizes) {
  Start start{"operations", 2};
  const auto zero = start_worker(start, 0);
  start.size = 3;
  const auto one = start_worker(start, 1);
  EXPECT_NE(zero->wait(), 0);
  EXPECT_NE(one->wait(), 0);
  EXPECT_THAT(zero->output() + one->output(), HasSubstr("bad_argument: worker "));
  EXPECT_THAT(zero->output(), HasSubstr("expects 3"));
}

TEST(Join, UnknownAddress) {
  const WorkerProcess worker({"operations", "1000", "1000", "cpu"}, {{"RANK", "1"},
                                                                     {"WORLD_SIZE", "2"},
                                                                     {"MASTER_ADDR", "no-such-host.invalid"},
                                                                     {"MASTER_PORT", "29500"}});
  worker.wait_for("bad_argument: the address of worker 0, 'no-such-host.invalid', is unknown here");
}

}  // namespace
}  // namespace relprompt::test

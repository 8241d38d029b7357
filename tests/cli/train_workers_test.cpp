// Several workers on one machine: the same parameters as one worker, and an end for all when one dies.
#include <chrono>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>

#include "../model_support/numbers.h"  // the program has a numbers.h too
#include "two_workers.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

using TrainWorkers = TwoWorkers;

TEST_F(TrainWorkers, TwoEndWithTheParametersOfOne) {
  ASSERT_EQ(first_.run(command("one")).status, 0);
  const auto port = free_port();
  const auto a = start(0, port, command("two")), b = start(1, port, command("two"));
  const auto leader = first_.wait(a), other = second_.wait(b);
  EXPECT_EQ(leader.status, 0) << leader;
  EXPECT_EQ(other.status, 0) << other;
  const GoldenFile one(first_ / "one/last/prompts.safetensors"), two(first_ / "two/last/prompts.safetensors");
  for (const auto* name :
       {"h", "prompt_linear.weight", "m2oe.0.down.weight", "vis_proj.weight", "text_norm.bias"}) {
    EXPECT_TRUE(near(two[name], one[name], 1e-5)) << name;
  }
  EXPECT_EQ(read_text(first_ / "one/report/report.md").substr(0, 200),
            read_text(first_ / "two/report/report.md").substr(0, 200));
}

TEST_F(TrainWorkers, OneThatIsKilledEndsTheOtherAndTheRunContinues) {
  const std::vector<std::string> more = {"--set", "train.iterations=20", "--set", "train.checkpoint_every=2"};
  ASSERT_EQ(first_.run(command("one", more)).status, 0);
  const auto port = free_port();
  const auto a = start(0, port, command("two", more)), b = start(1, port, command("two", more));
  const auto checkpoint = first_ / "two/checkpoint.safetensors";
  for (int i = 0; i < 60'000 && !fs::exists(checkpoint); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(b, SIGKILL);
  const auto begin = std::chrono::steady_clock::now();
  const auto leader = first_.wait(a);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
  second_.wait(b);
  EXPECT_EQ(leader.status, 5) << leader;
  EXPECT_THAT(leader.err, HasSubstr("worker 1"));
  // One worker can go on alone.
  EXPECT_EQ(first_.run({"train", "--resume", "two"}).status, 0);
  const GoldenFile one(first_ / "one/last/prompts.safetensors"), two(first_ / "two/last/prompts.safetensors");
  EXPECT_TRUE(near(two["h"], one["h"], 1e-5));
}

}  // namespace
}  // namespace relprompt::test

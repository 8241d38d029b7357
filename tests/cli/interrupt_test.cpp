// Signals as people, shells and pipes send them: answered at once, ended by the second, nothing half-written.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "program.h"
#include "tiny_pretraining.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class Interrupt : public testing::Test {
 protected:
  template <typename Condition>
  static bool wait_until(Condition holds) {
    for (int tries = 0; tries < 60'000 && !holds(); ++tries) std::this_thread::sleep_for(milliseconds(1));
    return holds();
  }

  bool says(const std::string& text) const {
    return wait_until([&] { return place_.error_so_far().find(text) != std::string::npos; });
  }

  /// The program blocks its signals first of all; until then they end it.
  static bool wait_until_listening(pid_t process) {
    return wait_until([&] {
      const auto status = read_text("/proc/" + std::to_string(process) + "/status");
      // fork() of glibc 2.41 blocks signals as well, in what is still the test's own program.
      if (status.find("Name:\trelprompt") == std::string::npos) return false;
      const auto at = status.find("SigBlk:");
      return at != std::string::npos && (std::stoull(status.substr(at + 7), nullptr, 16) & 2) != 0;
    });
  }

  Workplace place_;
};

TEST_F(Interrupt, TheFirstIsAnsweredAtOnceAndTheSecondEnds) {
  write_text(place_ / "tiny.yaml", tiny_pretraining());
  // The first iteration takes many seconds.
  const pid_t process = place_.start({"pretrain", "tiny.yaml", "-o", "run", "--set",
                                      "phases.objects.batch=4096", "--set", "phases.objects.size=64"});
  ASSERT_TRUE(says("pretraining both towers"));
  std::this_thread::sleep_for(milliseconds(300));
  ::kill(process, SIGINT);
  ASSERT_TRUE(says("stopping after this iteration"));
  std::this_thread::sleep_for(milliseconds(200));
  const auto start = std::chrono::steady_clock::now();
  ::kill(process, SIGINT);
  const auto outcome = place_.wait(process);
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(2000));
  EXPECT_EQ(outcome.status, 130) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("ended at once; there was no checkpoint yet")) << outcome;
  for (const auto& name : place_.files("run")) EXPECT_THAT(name, Not(HasSubstr(".tmp")));
}

TEST_F(Interrupt, EverySignalOfAShellIsARequest) {
  write_text(place_ / "tiny.yaml", tiny_pretraining());
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    const auto run = "run" + std::to_string(signal);
    const pid_t process =
        place_.start({"pretrain", "tiny.yaml", "-o", run, "--set", "phases.scenes.iterations=100000"});
    ASSERT_TRUE(wait_until([&] { return fs::exists(place_ / (run + "/config.yaml")); }));
    ::kill(process, signal);
    const auto outcome = place_.wait(process);
    EXPECT_EQ(outcome.status, 128 + signal) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("stopping after this iteration")) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("stopped after iteration")) << outcome;
    EXPECT_TRUE(fs::exists(place_ / (run + "/checkpoint.safetensors"))) << signal;
  }
}

TEST_F(Interrupt, BeforeTheFolderOfARunThereIsACheckpointAllTheSame) {
  write_text(place_ / "tiny.yaml", tiny_pretraining());
  const pid_t process = place_.start({"pretrain", "tiny.yaml", "-o", "run"});
  ASSERT_TRUE(wait_until_listening(process));
  ::kill(process, SIGINT);
  const auto outcome = place_.wait(process);
  EXPECT_EQ(outcome.status, 130) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("stopped after iteration 0")) << outcome;
  EXPECT_TRUE(fs::exists(place_ / "run/checkpoint.safetensors")) << outcome;
  EXPECT_EQ(place_.run({"pretrain", "--resume", "run"}).status, 0);
}

TEST_F(Interrupt, AReaderThatHasGoneEndsTheProgramQuietly) {
  const std::string program = RELPROMPT_PROGRAM;
  const std::string command =
      "bash -c '" + program + " classes coco-stuff-171 2>err.txt | exec <&-; exit ${PIPESTATUS[0]}'";
  const int status = std::system(("cd " + place_.path().string() + " && " + command).c_str());
  EXPECT_EQ(WEXITSTATUS(status), 128 + SIGPIPE);
  EXPECT_EQ(read_text(place_ / "err.txt"), "");
}

TEST_F(Interrupt, WhatNohupIgnoresStaysIgnored) {
  write_text(place_ / "tiny.yaml", tiny_pretraining());
  ::signal(SIGHUP, SIG_IGN);
  const pid_t process = place_.start({"pretrain", "tiny.yaml", "-o", "run"});
  ::signal(SIGHUP, SIG_DFL);
  ASSERT_TRUE(wait_until([&] { return fs::exists(place_ / "run/config.yaml"); }));
  ::kill(process, SIGHUP);
  EXPECT_EQ(place_.wait(process).status, 0);
}

}  // namespace
}  // namespace relprompt::test

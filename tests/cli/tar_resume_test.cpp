// Runs over WebDataset tars that were finished, killed or divided before: they go on to the same bytes.
#include <chrono>
#include <csignal>
#include <thread>

#include "tars.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(Tars, ResumeSkipsWhatIsWholeAndUnchanged) {
  write_shards();
  const std::vector<std::string> arguments = {"s/*.tar", "--save", "labels,json", "--resume", "--json"};
  ASSERT_EQ(run("out", arguments).status, 0);
  const auto skipped = [&](const std::vector<std::string>& more = {}) {
    auto all = arguments;
    all.insert(all.end(), more.begin(), more.end());
    const auto outcome = run("out", all);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return json::parse(outcome.out)["totals"]["skipped"].get<int>();
  };
  EXPECT_EQ(skipped(), 3);
  const std::string tar = read_text(place_ / "out/001.tar");
  fs::remove(place_ / "out/001.tar");
  EXPECT_EQ(skipped(), 2);
  EXPECT_EQ(read_text(place_ / "out/001.tar"), tar);
  const std::string input = read_text(place_ / "s/001.tar");
  fs::remove(place_ / "s/001.tar");
  write_text(place_ / "s/001.tar", input);
  EXPECT_EQ(skipped(), 3) << "another file of the same content";
  write_text(place_ / "s/001.tar", samples(20, 4) + tar_end());
  EXPECT_EQ(skipped(), 2);
  EXPECT_EQ(names("out/001.tar").front(), "1020.labels.png");
  EXPECT_EQ(skipped({"--unknown", "0.9"}), 0);
  EXPECT_EQ(skipped({"--unknown", "0.9"}), 3);
  std::string changed = read_text(place_ / "out/002.tar");
  changed[600] ^= 1;
  write_text(place_ / "out/002.tar", changed);
  auto all = arguments;
  all.insert(all.end(), {"--unknown", "0.9"});
  const auto outcome = run("out", all);
  EXPECT_EQ(outcome.status, 3) << "a file that somebody changed stays" << outcome;
  EXPECT_EQ(read_text(place_ / "out/002.tar"), changed);
}

class KilledTars : public Tars {
 protected:
  static constexpr int kSamples = 200;

  /// One tar in which few samples have an image, which takes time, and one behind it.
  void SetUp() override {
    Tars::SetUp();
    const std::string one = image(0);
    std::string tar;
    for (int i = 0; i < kSamples; ++i)
      tar += i % 10 == 0 ? tar_member(key(i) + ".png", one) : tar_member(key(i) + ".txt", "no image");
    write_text(place_ / "s/0.tar", tar + tar_end());
    write_text(place_ / "s/1.tar.gz", gzip(samples(0, 3) + tar_end()));
  }
  std::vector<std::string> command(const std::string& output) const {
    return words(output, {"s/*.tar*", "--save", "labels,json", "--resume", "--json"});
  }
  /// Lines of the journal of the first tar.
  int groups() const {
    std::error_code ignored;
    if (!fs::exists(place_ / "out/.relprompt-tars/0.jsonl", ignored)) return 0;
    const std::string text = read_text(place_ / "out/.relprompt-tars/0.jsonl");
    return static_cast<int>(std::count(text.begin(), text.end(), '\n')) - 1;
  }
  void stop_and_resume(int signal, int status) const {
    const auto whole = place_.run(command("whole"));
    ASSERT_EQ(whole.status, 3) << whole;
    const pid_t process = place_.start(command("out"));
    for (int tries = 0; tries < 60'000 && groups() < 1; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ::kill(process, signal);
    const Outcome stopped = place_.wait(process);
    ASSERT_EQ(stopped.status, status) << stopped;
    ASSERT_GE(groups(), 1);
    EXPECT_THAT(place_.files("out"), testing::Not(testing::Contains("0.tar"))) << "it would not be whole";
    const auto rest = place_.run(command("out"));
    ASSERT_EQ(rest.status, 3) << rest;
    for (const char* tar : {"/0.tar", "/1.tar.gz"})
      EXPECT_EQ(read_text(place_ / ("out" + std::string(tar))),
                read_text(place_ / ("whole" + std::string(tar))));
    EXPECT_THAT(left_over("out"), IsEmpty());
    auto mine = json::parse(rest.out), others = json::parse(whole.out);
    EXPECT_EQ(mine["errors"], others["errors"]) << "also those from before";
    EXPECT_EQ(mine["totals"]["samples"], kSamples + 3);
  }
};

TEST_F(KilledTars, GoOnToTheSameBytes) {
  stop_and_resume(SIGKILL, 128 + SIGKILL);
}

TEST_F(KilledTars, InterruptedOnesLoseNothing) {
  stop_and_resume(SIGINT, 128 + SIGINT);
}

TEST_F(KilledTars, FullDiskEndsTheRunAndItGoesOn) {
  ASSERT_EQ(place_.run(command("whole")).status, 3);
  place_.file_size_limit = 100'000;
  const auto full = place_.run(command("out"));
  EXPECT_EQ(full.status, 3) << full;
  EXPECT_THAT(full.err, HasSubstr("0.tar")) << full;
  place_.file_size_limit = 0;
  ASSERT_EQ(place_.run(command("out")).status, 3);
  EXPECT_EQ(read_text(place_ / "out/0.tar"), read_text(place_ / "whole/0.tar"));
}

class ShardedTars : public Tars {};

TEST_F(ShardedTars, JoinToTheAccountOfOneRun) {
  write_shards();
  write_text(place_ / "s/001.tar", samples(4, 2) + tar_member("a.txt", "x") + tar_end());
  write_text(place_ / "s/broken.tar", "no tar");
  const auto whole = run("whole", {"s/*.tar", "--save", "labels", "--json"});
  ASSERT_EQ(whole.status, 3) << whole;
  write_text(place_ / "list.txt", "s/000.tar\ns/001.tar\ns/002.tar\ns/broken.tar\n");
  int worked = 0;
  for (const char* shard : {"0/2", "1/2"}) {
    const auto part =
        run("out", {"--manifest", "list.txt", "--save", "labels", "--shard", shard, "--resume", "--json"});
    worked += json::parse(part.out)["totals"]["done"].get<int>();
  }
  EXPECT_EQ(worked, 3);
  for (const char* tar : {"/000.tar", "/001.tar", "/002.tar"})
    EXPECT_EQ(read_text(place_ / ("out" + std::string(tar))),
              read_text(place_ / ("whole" + std::string(tar))));
  const auto merged = place_.run({"merge", "out"});
  EXPECT_EQ(merged.status, 3) << merged;
  EXPECT_THAT(merged.err, HasSubstr("3 tars of 2 shards in out: run.json")) << merged;
  EXPECT_THAT(merged.err, HasSubstr("s/001.tar, sample a: it has no image")) << merged;
  EXPECT_THAT(merged.err, HasSubstr("s/broken.tar")) << merged;
  const json run = json::parse(read_text(place_ / "out/run.json")), one = json::parse(whole.out);
  EXPECT_EQ(run["totals"]["samples"], 11);
  EXPECT_EQ(run["totals"]["failed_samples"], 1);
  EXPECT_EQ(run["totals"]["failed"], 1);
  EXPECT_EQ(run["errors"], one["errors"]);
  ASSERT_EQ(run["tars"].size(), 4U);
  EXPECT_EQ(run["tars"][2]["output_sha256"], one["tars"][2]["output_sha256"]);
}

TEST_F(ShardedTars, OnesWithoutATarJoinAsWell) {
  write_shards();
  for (const char* shard : {"0/7", "1/7", "2/7", "3/7", "4/7", "5/7", "6/7"})
    EXPECT_EQ(run("out", {"s/*.tar", "--save", "labels", "--shard", shard}).status, 0);
  const auto merged = place_.run({"merge", "out"});
  EXPECT_EQ(merged.status, 0) << merged;
  EXPECT_THAT(merged.err, HasSubstr("3 tars of 7 shards in out: run.json")) << merged;
  EXPECT_EQ(json::parse(read_text(place_ / "out/run.json"))["tars"].size(), 3U);
}

}  // namespace
}  // namespace relprompt::test

// relprompt experiments as a user meets it: progress, killed, misused, and two at once.
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "base/file_handle.h"
#include "program.h"
#include "tiny_experiments.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class ExperimentsCommand : public testing::Test {
 protected:
  ExperimentsCommand() { write_tiny_experiments(place_.path()); }

  std::vector<std::string> words(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"experiments", "suite.yaml", "--threads", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Outcome run(const std::vector<std::string>& more) const { return place_.run(words(more)); }
  int finished(const std::string& work) const {
    int count = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(place_ / work / "runs", ignored)) {
      count += fs::exists(entry.path() / "row.json");
    }
    return count;
  }

  /// True if some process holds the lock of a run that is not finished.
  bool run_is_held(const std::string& work) const {
    for (const auto& entry : fs::directory_iterator(place_ / work / "locks")) {
      const auto name = entry.path().filename().string();
      if (name.rfind("run-", 0) != 0 || fs::exists(place_ / work / "runs" / name.substr(4) / "row.json"))
        continue;
      const FileHandle file(::open(entry.path().c_str(), O_RDWR | O_CLOEXEC));
      if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) return true;
    }
    return false;
  }

  Workplace place_;
};

TEST_F(ExperimentsCommand, TellsHowFarItIsAndWritesTables) {
  const auto made = run({"--quick", "-o", "out", "--work", "work", "--json"});
  EXPECT_EQ(made.status, 0) << made;
  EXPECT_THAT(made.err, AllOf(HasSubstr("run 1 of 4: methods: LPM only, seed 0"),
                              HasSubstr("run 4 of 4, about"), HasSubstr("4 of 4 runs are finished")));
  const auto document = json::parse(made.out);
  EXPECT_EQ(document["runs"], 4);
  EXPECT_EQ(document["tables"][0]["rows"][0]["iterations"], 2);
  EXPECT_THAT(place_.files("out"),
              testing::UnorderedElementsAre("experiments.json", "experiments.md", "runs.jsonl", "loss.png",
                                            "methods.png", "sheet.jpg"));
  const auto again = run({"--quick", "-o", "out", "--work", "work", "-q"});
  EXPECT_EQ(again.status, 0) << again;
  EXPECT_THAT(again.err, HasSubstr("0 of them now"));
}

TEST_F(ExperimentsCommand, TakesDataSetsByName) {
  write_image_experiments(place_.path());
  const auto made = run({"-o", "out", "--only", "images", "--data", "toy=toy", "--json"});
  EXPECT_EQ(made.status, 0) << made;
  EXPECT_EQ(json::parse(made.out)["made"], 4);
  const std::vector<std::pair<std::string, std::string>> wrong = {{"toy", "expected NAME=DIR"},
                                                                  {"=toy", "expected NAME=DIR"},
                                                                  {"toy=", "expected NAME=DIR"},
                                                                  {"tyo=toy", "did you mean toy"}};
  for (const auto& [text, message] : wrong) {
    const auto refused = run({"-o", "x", "--data", text});
    EXPECT_EQ(refused.status, 2) << refused;
    EXPECT_THAT(refused.err, HasSubstr(message));
  }
  for (const auto* folder : {"nowhere", "."}) {
    const auto refused = run({"-o", "x", "--data", std::string("toy=") + folder});
    EXPECT_EQ(refused.status, 3) << refused;
    EXPECT_THAT(refused.err, HasSubstr("data set 'toy'"));
  }
  EXPECT_FALSE(fs::exists(place_ / "x"));
}

TEST_F(ExperimentsCommand, KilledItGoesOnAndRepeatsNothing) {
  const auto process = place_.start(words({"-o", "out"}));
  while (finished("out/work") < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(process, SIGKILL);
  place_.wait(process);
  const int before = finished("out/work");
  const auto resumed = run({"-o", "out", "--json"});
  EXPECT_EQ(resumed.status, 0) << resumed;
  EXPECT_EQ(json::parse(resumed.out)["made"], 6 - before);
  EXPECT_EQ(finished("out/work"), 6);
}

TEST_F(ExperimentsCommand, ProcessesShareAWorkFolder) {
  const auto first = place_.start(words({"-o", "one", "--work", "work", "--json"}));
  const auto second = run({"-o", "two", "--work", "work", "--json"});
  const auto outcome = place_.wait(first);
  ASSERT_EQ(outcome.status, 0) << outcome;
  ASSERT_EQ(second.status, 0) << second;
  EXPECT_EQ(finished("work"), 6);
  EXPECT_EQ(json::parse(read_text(place_ / "one/experiments.json"))["numbers"],
            json::parse(read_text(place_ / "two/experiments.json"))["numbers"]);
  const auto again = run({"-o", "two", "--work", "work", "--json"});
  EXPECT_EQ(json::parse(again.out)["made"], 0);
}

TEST_F(ExperimentsCommand, OneOfTwoProcessesIsKilledAndTheOtherMakesItsRuns) {
  const auto process = place_.start(words({"-o", "one", "--work", "work"}));
  while (finished("work") < 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto stop = [&] {
    int status = 0;
    ::kill(process, SIGSTOP);
    ASSERT_EQ(::waitpid(process, &status, WUNTRACED), process);  // it runs on for a moment
  };
  stop();
  while (!run_is_held("work")) {  // stopped between two runs
    ::kill(process, SIGCONT);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    stop();
  }
  const auto other = place_.start(words({"-o", "two", "--work", "work"}));
  while (finished("work") < 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(finished("work"), 5) << "the run of a process that lives is not taken from it";
  ::kill(process, SIGKILL);
  place_.wait(process);
  const auto outcome = place_.wait(other);
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("which are at 1 of the runs"));
  EXPECT_EQ(finished("work"), 6);
}

TEST_F(ExperimentsCommand, ToldToEndItSaysHowToGoOn) {
  const auto process = place_.start(words({"-o", "out"}));
  while (finished("out/work") < 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(process, SIGTERM);
  const auto outcome = place_.wait(process);
  EXPECT_EQ(outcome.status, 128 + SIGTERM) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("the same command goes on"));
}

TEST_F(ExperimentsCommand, SaysWhatIsWrong) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{}, "add -o FOLDER"},
      {{"-o", "x", "--only", "methds"}, "did you mean methods"},
      {{"-o", "x", "--only", "methods,all"}, "its tables are methods, loss"},
      {{"-o", "x", "--clip", "."}, "is no model folder"}};
  for (const auto& [more, message] : wrong) {
    const auto outcome = run(more);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(message));
  }
  const auto missing = place_.run({"experiments", "nowhere.yaml", "-o", "x"});
  EXPECT_EQ(missing.status, 3) << missing;
  const auto no_clip = run({"-o", "x", "--clip", "nowhere"});
  EXPECT_EQ(no_clip.status, 4) << no_clip;
  EXPECT_FALSE(fs::exists(place_ / "x"));
  const auto help = place_.run({"experiments", "--help"});
  EXPECT_THAT(help.out, AllOf(HasSubstr("--quick"), HasSubstr("Ctrl-C")));
}

}  // namespace
}  // namespace relprompt::test

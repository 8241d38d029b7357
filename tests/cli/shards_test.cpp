// Images of a manifest in shards: which process works on which, and that it goes on where it was killed.
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "base/file_handle.h"
#include "sharded_images.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Manifests : public ShardedImages {};
class Shards : public ShardedImages {
 protected:
  /// Starts a shard and waits until its first image is done.
  pid_t start_shard(const std::string& output, const std::string& shard) const {
    const pid_t process = place_.start(words(output, {"--shard", shard}));
    const auto found = [&] {
      int reports = 0;  // the last file of an image, but for the lists that say so
      for (const auto& file : place_.files(output)) reports += fs::path(file).extension() == ".json" ? 1 : 0;
      return reports > 1;
    };
    for (int tries = 0; tries < 30'000 && !found(); ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return process;
  }

  /// True if some process holds a list of written files.
  bool list_is_locked(const std::string& output) const {
    for (const auto& entry : fs::recursive_directory_iterator(place_ / output)) {
      if (entry.path().filename() != ".relprompt-files") continue;
      const FileHandle file(::open(entry.path().c_str(), O_RDWR | O_CLOEXEC));
      if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) return true;
    }
    return false;
  }

  std::set<std::string> labels(const std::string& output) const {
    std::set<std::string> names;
    for (const auto& [name, content] : results(output)) names.insert(name);
    return names;
  }
};

TEST_F(Manifests, NameOutputsByStemsAndIds) {
  write_text(place_ / "list.txt",
             "{\"image\": \"in/street0.png\"}\n"
             "{\"image\": \"in/street1.png\", \"id\": \"north/one\"}\n");
  const auto outcome = run("out", {"--save", "labels,coco"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("coco.json", "north/one.labels.png", "street0.labels.png"));
  const auto coco = json::parse(read_text(place_ / "out/coco.json"));
  EXPECT_EQ(coco["images"][1]["file_name"], "north/one.png");
}

TEST_F(Manifests, ComeOnTheStandardInput) {
  place_.standard_input = place_ / "list.txt";
  const auto outcome = run("out", {"--manifest", "-", "--save", "labels"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(place_.files("out").size(), static_cast<std::size_t>(kImages));
}

TEST_F(Manifests, GiveImagesClassesOfTheirOwn) {
  write_text(
      place_ / "list.txt",
      "{\"image\": \"in/street0.png\"}\n"
      "{\"image\": \"in/street1.png\", \"classes\": [\"car;vehicle\", \"tree\"], \"seen\": [\"tree\"]}\n"
      "{\"image\": \"in/street2.png\"}\n");
  auto outcome = run("out", {"--save", "labels,json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  const auto report = json::parse(read_text(place_ / "out/street1.json"));
  EXPECT_EQ(report["classes"][0]["name"], "car");
  EXPECT_EQ(report["protocol"]["seen"], json({1}));
  ASSERT_EQ(run("out", {"--save", "labels,json", "--resume", "--json"}).status, 0);
  write_text(place_ / "list.txt", "in/street1.png\n");
  ASSERT_EQ(run("alone", {"--save", "labels", "-c", "car;vehicle, tree", "--seen", "tree"}).status, 0);
  EXPECT_EQ(read_text(place_ / "alone/street1.labels.png"), read_text(place_ / "out/street1.labels.png"));
  write_text(place_ / "list.txt", manifest(3));
  ASSERT_EQ(run("plain", {"--save", "labels"}).status, 0);
  for (const char* name : {"/street0.labels.png", "/street2.labels.png"})
    EXPECT_EQ(read_text(place_ / ("out" + std::string(name))),
              read_text(place_ / ("plain" + std::string(name))));
}

TEST_F(Manifests, ClassesOfSingleImagesAreCheckedWithTheirLine) {
  const std::pair<const char*, const char*> bad[] = {
      {"\"classes\": [\"car\", \"car\"]", "list.txt, line 1: "},
      {"\"seen\": [\"car\"]", "list.txt, line 1: "},
      {"\"classes\": [\"car\", \"tree\"]", "line 1: expected no classes of its own, since --save coco"},
  };
  for (const auto& [fields, message] : bad) {
    write_text(place_ / "list.txt", "{\"image\": \"in/street1.png\", " + std::string(fields) + "}\n");
    const auto outcome = run("out", {});
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(message)) << outcome;
  }
}

TEST_F(Manifests, AreCheckedBeforeAnythingIsDone) {
  fs::create_directory(place_ / "more");
  write_test_image(place_ / "more/street0.png");
  write_text(place_ / "list.txt", manifest(kImages) + "more/street0.png\n");
  auto outcome = run("out", {});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("list.txt, line 13")) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("the id of line 1")) << outcome;
  EXPECT_FALSE(fs::exists(place_ / "out"));
  write_text(place_ / "list.txt", "{\"image\": \"in/street0.png\", \"id\": \"../../street\"}\n");
  EXPECT_EQ((outcome = run_shard("out", 0)).status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("line 1: expected an id")) << outcome;
  EXPECT_FALSE(fs::exists(place_ / "out")) << "no journal of a run that never began";
  EXPECT_EQ((outcome = run("out", {"in"})).status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("--manifest list.txt lists the images, and in is given as well"));
  EXPECT_EQ((outcome = run("out", {"--manifest", "gone.txt"})).status, 3) << outcome;
}

TEST_F(Manifests, ImagesThatAreMissingDoNotStopTheOthers) {
  write_text(place_ / "list.txt", "in/gone.png\n" + manifest(2));
  const auto outcome = run("out", {});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("in/gone.png"));
  EXPECT_EQ(results("out").size(), 3u);
}

TEST_F(Shards, TogetherGiveTheFilesOfOneRun) {
  ASSERT_EQ(run("whole", {}).status, 0);
  run_all("out");
  auto whole = results("whole");
  whole.erase("coco.json");
  EXPECT_EQ(whole.size(), static_cast<std::size_t>(kImages));
  EXPECT_EQ(results("out"), whole) << "and no coco.json before they are joined";
}

TEST_F(Shards, OfAFolderToo) {
  std::set<std::string> all;
  for (const char* shard : {"0/2", "1/2"}) {
    const auto outcome = segment_road_and_sky({"in", "--shard", shard, "--save", "labels", "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome;
    const auto document = json::parse(outcome.out);
    EXPECT_EQ(document["shard"], shard);
    for (const auto& image : document["images"])
      EXPECT_TRUE(all.insert(image["input"].get<std::string>()).second) << image;
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kImages));
}

TEST_F(Shards, AddedImagesMoveNoOther) {
  run_all("out");
  write_test_image(place_ / "in/new.png");
  write_text(place_ / "list.txt", "in/new.png\n" + manifest(kImages));
  int done = 0, skipped = 0;
  for (int i = 0; i < kShards; ++i) {
    const auto outcome = run_shard("out", i, {"--resume", "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome;
    const auto totals = json::parse(outcome.out)["totals"];
    done += totals["done"].get<int>();
    skipped += totals["skipped"].get<int>();
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(skipped, kImages);
  ASSERT_EQ(merge({"out"}).status, 0);
  ASSERT_EQ(run("whole", {}).status, 0);
  EXPECT_EQ(results("out"), results("whole"));
}

TEST_F(Shards, MayHaveNoImage) {
  write_text(place_ / "list.txt", manifest(1));
  run_all("out");
  EXPECT_THAT(labels("out"), ElementsAre("street0.labels.png"));
  EXPECT_EQ(merge({"out"}).status, 0);
}

TEST_F(Shards, ResumeStartsAFolderThatIsNotThere) {
  const auto outcome = run_shard("new/folder", 1, {"--resume"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_TRUE(fs::exists(place_ / journal("new/folder", 1)));
}

TEST_F(Shards, KilledOneGoesOnToTheSameBytes) {
  for (int i = 0; i < 40; ++i) write_test_image(place_ / ("in/" + name(i) + ".png"), 200, 300, i + 1);
  write_text(place_ / "list.txt", manifest(40));
  const pid_t process = start_shard("out", "0/3");
  ::kill(process, SIGKILL);
  ASSERT_EQ(place_.wait(process).status, 128 + SIGKILL) << "it was too fast";
  const auto unfinished = merge({"out"});
  EXPECT_EQ(unfinished.status, 3) << unfinished;
  for (int i = 0; i < kShards; ++i) {
    const auto outcome = run_shard("out", i, {"--resume", "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome;
    if (i > 0) continue;
    EXPECT_GT(json::parse(outcome.out)["totals"]["skipped"], 0);
  }
  ASSERT_EQ(merge({"out"}).status, 0);
  ASSERT_EQ(run("whole", {}).status, 0);
  EXPECT_EQ(results("out"), results("whole"));
  for (const auto& entry : fs::recursive_directory_iterator(place_ / "out"))
    EXPECT_THAT(entry.path().string(), Not(HasSubstr(".tmp"))) << "left by the killed process";
}

TEST_F(Shards, TornLastLineOfAJournalIsNoTrouble) {
  run_all("out");
  const auto path = place_ / journal("out", 1);
  const auto text = read_text(path);
  write_text(path, text.substr(0, text.size() - 30));
  auto outcome = merge({"out"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("shard 1 of 3 did not come to the end")) << outcome;
  outcome = run_shard("out", 1, {"--resume", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(json::parse(outcome.out)["totals"]["done"], 0) << "the files are there, only their line was not";
  outcome = merge({"out"});
  EXPECT_EQ(outcome.status, 0) << outcome;
}

TEST_F(Shards, SecondProcessIsRefusedUntilTheFirstIsDead) {
  for (int i = kImages; i < 30; ++i) write_test_image(place_ / ("in/" + name(i) + ".png"), 120, 160, i + 1);
  write_text(place_ / "list.txt", manifest(30));
  const pid_t first = start_shard("out", "0/3");
  const auto stop = [&] {
    int status = 0;
    ::kill(first, SIGSTOP);  // it lives, however slow this machine is
    ASSERT_EQ(::waitpid(first, &status, WUNTRACED), first);
  };
  // Not while it adds to the list of written files, which all shards in the folder wait for.
  for (stop(); list_is_locked("out"); stop()) {
    ::kill(first, SIGCONT);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const Outcome second = run_shard("out", 0, {"--resume"});
  const Outcome joined = merge({"out"});
  const Outcome other = run_shard("out", 1);
  ::kill(first, SIGKILL);
  ASSERT_EQ(place_.wait(first).status, 128 + SIGKILL) << "it was too fast";
  EXPECT_EQ(second.status, 5) << second;
  EXPECT_THAT(second.err, HasSubstr("shard 0 of 3 is being worked on by another process")) << second;
  EXPECT_EQ(joined.status, 3) << "of shards that are missing: " << joined;
  EXPECT_EQ(other.status, 0) << other;
  const auto again = run_shard("out", 0, {"--resume"});
  EXPECT_EQ(again.status, 0) << again;
}

TEST_F(Shards, JobSystemsSayWhichOne) {
  place_.environment = {
      {"SLURM_ARRAY_TASK_ID", "2"}, {"SLURM_ARRAY_TASK_COUNT", "3"}, {"SLURM_ARRAY_TASK_MIN", "1"}};
  auto outcome = run("out", {});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("shard 1 of 3, by SLURM_ARRAY_TASK_ID")) << outcome;
  EXPECT_TRUE(fs::exists(place_ / journal("out", 1)));
  ASSERT_EQ(run("whole", {"--shard", "none"}).status, 0);
  EXPECT_EQ(labels("whole").size(), kImages + 1u);
  ASSERT_EQ(run("mine", {"--shard", "0/3"}).status, 0);
  EXPECT_TRUE(fs::exists(place_ / journal("mine", 0))) << "the command line goes first";
  ASSERT_EQ(segment_road_and_sky({"in", "--save", "labels"}).status, 0);
  EXPECT_EQ(labels("out").size(), static_cast<std::size_t>(kImages)) << "without a manifest a run is whole";
  ASSERT_EQ(run_shard("second", 0).status, 0);
  place_.environment = {{"JOB_COMPLETION_INDEX", "2"}, {"JOB_COMPLETIONS", "3"}};
  ASSERT_EQ(run("second", {}).status, 0);
  EXPECT_TRUE(fs::exists(place_ / journal("second", 2)));
  place_.environment = {{"JOB_COMPLETION_INDEX", "2"}};
  outcome = run("third", {});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("JOB_COMPLETIONS is not set although JOB_COMPLETION_INDEX is"))
      << outcome;
}

TEST_F(Shards, BadNumbersAreRefused) {
  for (const char* bad : {"3/3", "1", "x", "-1/3"}) {
    const auto outcome = run("out", {"--shard=" + std::string(bad)});
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("expected I/N")) << outcome;
  }
  EXPECT_EQ(run("out", {"--shard", "auto"}).status, 2);
  run_all("out");
  const auto outcome = run("out", {"--shard", "0/1", "--resume"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("out holds shards of another division")) << outcome;
}

}  // namespace
}  // namespace relprompt::test

// Joining shards: the files about all images are those of one run, and what is wrong with the shards is
// named.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "sharded_images.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class Merge : public ShardedImages {
 protected:
  /// A folder for each shard.
  void run_apart() const {
    for (int i = 0; i < kShards; ++i) {
      const Outcome outcome = run_shard("part" + std::to_string(i), i);
      ASSERT_EQ(outcome.status, 0) << outcome;
    }
  }

  void expect_refused(const std::vector<std::string>& words, int status, const std::string& message) const {
    const Outcome outcome = merge(words);
    EXPECT_EQ(outcome.status, status) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(message)) << outcome;
    EXPECT_FALSE(fs::exists(place_ / "all"));
  }
};

TEST_F(Merge, FilesOfTheRunAreThoseOfOneProcess) {
  ASSERT_EQ(run("whole", {}).status, 0);
  const auto coco = read_text(place_ / "whole/coco.json");
  run_all("out");
  const auto shared = merge({"out"});
  ASSERT_EQ(shared.status, 0) << shared;
  EXPECT_EQ(read_text(place_ / "out/coco.json"), coco);
  run_apart();
  const auto apart = merge({"all", "part1", "part2", "part0"});
  ASSERT_EQ(apart.status, 0) << apart;
  EXPECT_EQ(read_text(place_ / "all/coco.json"), coco);
}

TEST_F(Merge, AccountIsThatOfOneRun) {
  const auto outcome = run("whole", {"--json"});
  auto whole = json::parse(outcome.out);
  run_all("out");
  ASSERT_EQ(merge({"out"}).status, 0);
  auto merged = json::parse(read_text(place_ / "out/run.json"));
  ASSERT_EQ(merged["images"].size(), whole["images"].size());
  for (std::size_t i = 0; i < whole["images"].size(); ++i) {
    auto &mine = merged["images"][i], &others = whole["images"][i];
    EXPECT_EQ(mine["id"], name(static_cast<int>(i)));
    mine.erase("id");
    for (auto* image : {&mine, &others}) image->erase("seconds"), image->erase("files");
    EXPECT_EQ(mine, others);
  }
  for (const char* key : {"program", "model", "protocol", "unknown_words", "errors"})
    EXPECT_EQ(merged[key], whole[key]) << key;
  EXPECT_EQ(merged["shards"], 3);
  EXPECT_EQ(merged["totals"]["done"], kImages);
}

TEST_F(Merge, FailedImagesAreNamedAndLeftOut) {
  fs::remove(place_ / "in/street3.png");
  write_text(place_ / "in/street3.png", "no image");
  ASSERT_EQ(run("whole", {}).status, 3);
  int failed = 0;
  for (int i = 0; i < kShards; ++i) failed += run_shard("out", i).status == 3 ? 1 : 0;
  EXPECT_EQ(failed, 1);
  const auto outcome = merge({"out"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("1 image failed in its shard")) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("in/street3.png")) << outcome;
  EXPECT_EQ(results("out"), results("whole"));
  const auto document = json::parse(read_text(place_ / "out/run.json"));
  EXPECT_EQ(document["errors"][0]["code"], "not_an_image");
  EXPECT_EQ(document["images"][3]["status"], "failed");
  fs::remove(place_ / "in/street3.png");
  write_test_image(place_ / "in/street3.png", 63, 80, 4);
  for (int i = 0; i < kShards; ++i) ASSERT_EQ(run_shard("out", i, {"--resume"}).status, 0);
  EXPECT_FALSE(fs::exists(place_ / "out/coco.json")) << "it is not true any more";
  EXPECT_EQ(merge({"out"}).status, 0) << "mended and joined again";
}

TEST_F(Merge, MissingAndDoubledShardsAreNamed) {
  run_apart();
  expect_refused({"all", "part1"}, 3, "shards 0, 2 of 3 are missing");
  expect_refused({"all", "part0", "part1"}, 3, "shard 2 of 3 is missing");
  expect_refused({"all", "part0", "part1", "part2", "part1"}, 2, "shard 1 of 3 is in part1 and in part1");
  fs::copy(place_ / "part1", place_ / "copy", fs::copy_options::recursive);
  expect_refused({"all", "part0", "copy", "part2", "part1"}, 2, "shard 1 of 3 is in copy and in part1");
  expect_refused({"all", "part0", "copy", "part1"}, 3, "shard 2 of 3 is missing\n  shard 1 of 3 is in copy");
  expect_refused({"all", "in"}, 3, "in: expected journals of shards");
  expect_refused({"all"}, 3, "all: expected journals of shards");
}

TEST_F(Merge, ShardsOfOtherRunsAreRefused) {
  run_apart();
  ASSERT_EQ(run_shard("part1", 1, {"-c", "road, car"}).status, 0);
  expect_refused({"all", "part0", "part1", "part2"}, 2, "the shards are of different runs: \"settings\"");
  write_text(place_ / "list.txt", manifest(kImages - 1));
  ASSERT_EQ(run_shard("part1", 1).status, 0);
  expect_refused({"all", "part0", "part1", "part2"}, 2, "different runs: \"list\"");
  ASSERT_EQ(run("part3", {"--shard", "0/4"}).status, 0);
  expect_refused({"all", "part0", "part3"}, 2, "part3 holds shard 0 of 4, expected shards of 3, as in part0");
}

TEST_F(Merge, DamagedJournalsAreRefused) {
  run_apart();
  const auto path = place_ / journal("part1", 1);
  const auto text = read_text(path);
  const auto end = text.find('\n');
  write_text(path, text.substr(0, end + 1) +
                       "{\"at\": 1, \"id\": \"../../etc/passwd\", \"status\": \"done\"}" + text.substr(end));
  expect_refused({"all", "part0", "part1", "part2"}, 3, "1-of-3.jsonl, line 2: expected an id of an image");
  write_text(path, text.substr(0, end + 1) + "{\"end\":true}\n");
  expect_refused({"all", "part0", "part1", "part2"}, 3, "expected the 12 of their list");
}

TEST_F(Merge, PartsMustBeAsTheyWereWritten) {
  run_apart();
  fs::path part;
  for (const auto& entry : fs::recursive_directory_iterator(place_ / "part2/.relprompt-parts"))
    if (entry.path().extension() == ".coco") part = entry.path();
  const auto text = read_text(part);
  write_text(part, text + "x");
  expect_refused({"all", "part0", "part1", "part2"}, 3, "found a file that was changed since");
  fs::remove(part);
  expect_refused({"all", "part0", "part1", "part2"}, 3, "found no file");
}

TEST_F(Merge, FilesOfOthersStay) {
  run_all("out");
  for (const char* name : {"out/coco.json", "out/run.json"}) {
    write_text(place_ / name, "mine");
    const auto outcome = merge({"out"});
    EXPECT_EQ(outcome.status, 3) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(std::string(name) + " is there already")) << outcome;
    EXPECT_EQ(read_text(place_ / name), "mine");
    fs::remove(place_ / name);
  }
  ASSERT_EQ(merge({"out"}).status, 0);
  EXPECT_EQ(merge({"out"}).status, 0) << "its own older files are replaced";
}

}  // namespace
}  // namespace relprompt::test

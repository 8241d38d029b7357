// An evaluation in shards: the report that is made of all of them is that of one process, to the last bit.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "program.h"
#include "set_maker.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr int kImages = 11;

class ShardedEvaluation : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_clip(place_.path());
    write_text(place_ / "set/classes.txt", "road\nsky\ncar\n");
    for (int i = 0; i < kImages; ++i) {
      const auto name = "street" + std::to_string(i) + ".png";
      write_test_image(place_ / ("set/images/val/" + name), 40 + i, 60, i + 1);
      std::vector<std::uint16_t> labels(static_cast<std::size_t>(40 + i) * 60);
      for (std::size_t at = 0; at < labels.size(); ++at)
        labels[at] = at % 60 < 20u + i ? 0 : at % 7 == 0 ? 255 : 1;
      add_mask(place_ / ("set/masks/val/" + name), 60, labels);
    }
    write_text(place_ / "run.yaml",
               "protocol: training_free\n"
               "data: {test: {kind: folder, split: val}}\n"
               "templates: single\n"
               "train: {bad_sample: skip}\n"
               "test: {short_side: 64, window: 64, stride: 32}\n");
  }

  Outcome eval(const std::string& output, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"eval", "run.yaml", "-m", "tiny.safetensors", "--vocab", "merges.txt",
                               "--head", "naclip", "--data", "set", "-q", "--image-scores", "-o", output});
    return place_.run(more);
  }

  void eval_shards(const std::function<std::string(int)>& output) const {
    for (int i = 0; i < 3; ++i) {
      const Outcome outcome = eval(output(i), {"--shard", std::to_string(i) + "/3"});
      ASSERT_EQ(outcome.status, 0) << outcome;
    }
  }

  Outcome merge(std::vector<std::string> words) const {
    words.insert(words.begin(), "merge");
    return place_.run(words);
  }

  void expect_equal_reports(const std::string& one, const std::string& other) const {
    for (const char* file : {"report.json", "report.md", "image_scores.jsonl", "confusion.png"})
      EXPECT_EQ(read_text(place_ / one / file), read_text(place_ / other / file)) << file;
  }

  Workplace place_;
};

TEST_F(ShardedEvaluation, ReportIsThatOfOneProcess) {
  ASSERT_EQ(eval("whole").status, 0);
  eval_shards([](int) { return "shared"; });
  EXPECT_FALSE(fs::exists(place_ / "shared/report.json"));
  const auto shared = merge({"shared"});
  ASSERT_EQ(shared.status, 0) << shared;
  EXPECT_THAT(shared.out, HasSubstr("mIoU")) << shared;
  EXPECT_EQ(json::parse(merge({"shared", "--json"}).out),
            json::parse(read_text(place_ / "whole/report.json")));
  expect_equal_reports("whole", "shared");
  eval_shards([](int i) { return "part" + std::to_string(i); });
  ASSERT_EQ(merge({"all", "part2", "part0", "part1"}).status, 0);
  expect_equal_reports("whole", "all");
}

TEST_F(ShardedEvaluation, ImagesThatWereSkippedAreInTheReport) {
  write_text(place_ / "set/images/val/street2.png", "no image");
  write_text(place_ / "set/images/val/street7.png", "no image");
  ASSERT_EQ(eval("whole").status, 0);
  eval_shards([](int) { return "shared"; });
  ASSERT_EQ(merge({"shared"}).status, 0);
  expect_equal_reports("whole", "shared");
  EXPECT_EQ(json::parse(read_text(place_ / "shared/report.json"))["skipped"].size(), 2u);
}

TEST_F(ShardedEvaluation, GoesOnAndIsJoinedOnlyWhenAllIsThere) {
  eval_shards([](int i) { return "part" + std::to_string(i); });
  auto outcome = merge({"all", "part0", "part2"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("shard 1 of 3 is missing")) << outcome;
  ASSERT_EQ(eval("part1", {"--shard", "1/3"}).status, 0) << "again, with nothing left to do";
  fs::remove(place_ / "part1/.relprompt-shards/1-of-3.counts.json");
  outcome = merge({"all", "part0", "part1", "part2"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("found no file")) << outcome;
  ASSERT_EQ(eval("part1", {"--shard", "1/3"}).status, 0);
  EXPECT_EQ(merge({"all", "part0", "part1", "part2"}).status, 0);
}

TEST_F(ShardedEvaluation, OtherProtocolsAreNotMixed) {
  eval_shards([](int i) { return "part" + std::to_string(i); });
  ASSERT_EQ(eval("other", {"--shard", "1/3", "--set", "test.stride=16"}).status, 0);
  const auto outcome = merge({"all", "part0", "other", "part2"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("different runs: \"protocol\"")) << outcome;
  EXPECT_FALSE(fs::exists(place_ / "all"));
}

TEST_F(ShardedEvaluation, ManifestChoosesImages) {
  write_text(place_ / "list.txt", "anywhere/street3.png\nset/images/val/street1.png\n");
  ASSERT_EQ(eval("whole", {"--manifest", "list.txt"}).status, 0);
  const auto scores = read_text(place_ / "whole/image_scores.jsonl");
  EXPECT_EQ(json::parse(read_text(place_ / "whole/report.json"))["images"], 2);
  EXPECT_LT(scores.find("street3"), scores.find("street1")) << "in its order";
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(eval("out", {"--manifest", "list.txt", "--shard", std::to_string(i) + "/3"}).status, 0);
  ASSERT_EQ(merge({"out"}).status, 0);
  expect_equal_reports("whole", "out");
  write_text(place_ / "list.txt", "street1\nstreet99\n");
  auto outcome = eval("bad", {"--manifest", "list.txt"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("expected an image of the test set")) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("street99")) << outcome;
  write_text(place_ / "list.txt", "{\"image\": \"street1.png\", \"classes\": [\"road\"]}\n");
  EXPECT_EQ((outcome = eval("bad", {"--manifest", "list.txt"})).status, 2) << outcome;
}

TEST_F(ShardedEvaluation, ArrayOfOtherRunsStaysWhole) {
  place_.environment = {
      {"SLURM_ARRAY_TASK_ID", "1"}, {"SLURM_ARRAY_TASK_COUNT", "3"}, {"SLURM_ARRAY_TASK_MIN", "0"}};
  ASSERT_EQ(eval("whole").status, 0);
  EXPECT_TRUE(fs::exists(place_ / "whole/report.json"));
  ASSERT_EQ(eval("part", {"--shard", "auto"}).status, 0);
  EXPECT_TRUE(fs::exists(place_ / "part/.relprompt-shards/1-of-3.jsonl"));
}

}  // namespace
}  // namespace relprompt::test

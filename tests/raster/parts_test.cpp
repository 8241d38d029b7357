// Finished blocks on disk: what a killed process leaves, what shards hand over, and what is refused.
#include "raster/parts.h"

#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

#include "raster/parts_lines.h"
#include "test_support.h"

namespace relprompt::raster {
namespace {

namespace fs = std::filesystem;

const Json kFacts = {{"height", 10}, {"width", 20}, {"scale", 0.1}};

class Parts : public testing::Test {
 protected:
  PartWriter writer(bool resume, const shards::Shard& shard = {}, const Json& facts = kFacts) const {
    return {folder_ / "l.tif.parts", shard, facts, resume, true};
  }
  fs::path file(const std::string& name) const { return folder_ / ("l.tif.parts/" + name); }

  /// Two blocks, the first with data.
  void write_two() const {
    auto parts = writer(false);
    BlockRecord record;
    record.block = 3;
    record.pixels = {{0, 7}, {2, 1}};
    record.unknown = 2;
    parts.add(record, "labels of three", "scores of three");
    record = {};
    record.block = 4;
    record.nodata = 10;
    parts.add(record, "", "");
  }

  test::TemporaryFolder folder_;
};

TEST_F(Parts, AreReadBack) {
  write_two();
  const auto part = read_part(file("0-of-1.jsonl"));
  EXPECT_EQ(part.facts["scale"], 0.1);
  ASSERT_EQ(part.blocks.size(), 2U);
  const auto& record = part.blocks.at(3);
  EXPECT_EQ(record.pixels.at(2), 1U);
  EXPECT_EQ(record.unknown, 2U);
  EXPECT_FALSE(part.blocks.at(4).has_data());
  EXPECT_FALSE(part.ended);
  const PartReader reader(part);
  EXPECT_EQ(reader.labels(record, 15), "labels of three");
  EXPECT_EQ(reader.scores(record, 15), "scores of three");
}

TEST_F(Parts, RefuseFirstLinesOfOtherTypes) {
  for (const char* line : {R"({"format":5,"shard":0,"shards":1,"facts":{}})",
                           R"({"format":["relprompt raster 1"],"shard":0,"shards":1,"facts":{}})",
                           R"({"format":"relprompt raster 1","shard":0,"shards":1,"facts":[]})", "[]"}) {
    fs::create_directories(folder_ / "l.tif.parts");
    test::write_text(file("0-of-1.jsonl"), std::string(line) + "\n");
    EXPECT_ERROR(read_part(file("0-of-1.jsonl")), ErrorCode::kUnreadable, "expected");
  }
}

TEST_F(Parts, GoOnAfterAKillAtAnyByte) {
  write_two();
  const std::string journal = test::read_text(file("0-of-1.jsonl"));
  const std::string blocks = test::read_text(file("0-of-1.blocks"));
  const std::string scores = test::read_text(file("0-of-1.scores"));
  for (std::size_t length = 0; length <= journal.size(); length += 7) {
    test::write_text(file("0-of-1.jsonl"), journal.substr(0, length));
    test::write_text(file("0-of-1.blocks"), blocks + "bytes of a block that has no line");
    test::write_text(file("0-of-1.scores"), scores);
    auto parts = writer(true);
    const bool whole = parts.done(3);
    BlockRecord again;
    again.block = 3;
    if (!whole) parts.add(again, "labels of three", "scores of three");
    EXPECT_EQ(PartReader(parts.journal()).labels(parts.journal().blocks.at(3), 15), "labels of three")
        << length;
    EXPECT_LE(fs::file_size(file("0-of-1.blocks")), blocks.size()) << "what had no line is gone";
  }
}

TEST_F(Parts, AreNotMixedWithOthers) {
  write_two();
  auto facts = kFacts;
  facts["width"] = 21;
  EXPECT_ERROR(writer(true, {}, facts), ErrorCode::kBadArgument, "what differs: width");
  facts = kFacts;
  facts["run"] = "said otherwise";
  EXPECT_TRUE(writer(true, {}, facts).done(3));
  EXPECT_ERROR(writer(true, {0, 2}), ErrorCode::kBadArgument, "another division");
  facts["width"] = 21;
  EXPECT_FALSE(writer(false, {}, facts).done(3)) << "without --resume they begin anew";
}

TEST_F(Parts, OfAnotherProcessAreLeftAlone) {
  write_two();
  const auto parts = writer(true);
  EXPECT_ERROR(writer(true), ErrorCode::kLostWorker, "being worked on");
}

TEST_F(Parts, ReplaceNoForeignFile) {
  fs::create_directories(folder_ / "l.tif.parts");
  test::write_text(file("0-of-1.blocks"), "somebody's");
  EXPECT_ERROR(writer(false), ErrorCode::kNotWritable, "not of relprompt");
  fs::remove(file("0-of-1.blocks"));
  test::write_text(file("0-of-1.jsonl"), "{\"format\":\"else\"}\n");
  EXPECT_ERROR(writer(false), ErrorCode::kNotWritable, "not of relprompt");
}

TEST_F(Parts, RemoveOnlyThemselves) {
  write_two();
  test::write_text(file("note.txt"), "mine");
  writer(true).remove();
  EXPECT_FALSE(fs::exists(file("0-of-1.blocks")));
  EXPECT_EQ(test::read_text(file("note.txt")), "mine");
}

TEST_F(Parts, ThatAreDamagedAreRefused) {
  write_two();
  const auto part = read_part(file("0-of-1.jsonl"));
  const auto& record = part.blocks.at(3);
  EXPECT_ERROR(PartReader(part).labels(record, 14), ErrorCode::kUnreadable, "of another size");
  std::string blocks = test::read_text(file("0-of-1.blocks"));
  blocks.back() = static_cast<char>(blocks.back() ^ 1);
  test::write_text(file("0-of-1.blocks"), blocks);
  EXPECT_ERROR(PartReader(part).labels(record, 15), ErrorCode::kUnreadable, "damaged");
  test::write_text(file("0-of-1.blocks"), blocks.substr(0, 30));
  EXPECT_ERROR(PartReader(part).labels(record, 15), ErrorCode::kUnreadable, "cut off");
  EXPECT_ERROR(writer(true), ErrorCode::kUnreadable, "its journal speaks of");
}

TEST_F(Parts, WithStrangeLinesAreRefused) {
  const std::string first = first_line({}, kFacts);
  fs::create_directories(folder_ / "l.tif.parts");
  for (const char* line :
       {"[]", "{", "{\"block\":-1}", "{\"block\":1e30,\"unknown\":0,\"nodata\":0,\"pixels\":[]}",
        "{\"block\":1,\"unknown\":0,\"nodata\":0,\"pixels\":[[99999999,1]]}",
        "{\"block\":1,\"unknown\":0,\"nodata\":0,\"pixels\":[],\"labels\":3}"}) {
    test::write_text(file("0-of-1.jsonl"), first + line + "\n");
    EXPECT_ERROR(read_part(file("0-of-1.jsonl")), ErrorCode::kUnreadable, "line 2");
  }
}

TEST(BlocksOfShards, AreAllBlocksOnce) {
  for (const std::int64_t count : {0, 1, 7, 1000}) {
    for (const std::size_t shards : {1, 3, 16}) {
      std::int64_t next = 0;
      for (std::size_t i = 0; i < shards; ++i) {
        const auto [begin, end] = blocks_of({i, shards}, count);
        EXPECT_EQ(begin, next);
        EXPECT_LE(end - begin, count / static_cast<std::int64_t>(shards) + 1);
        next = end;
      }
      EXPECT_EQ(next, count);
    }
  }
}

TEST(BlockPlans, CoverTheRaster) {
  const BlockPlan plan{300, 129, 128};
  ASSERT_EQ(plan.count(), 6);
  const auto last = plan.block(5);
  EXPECT_EQ(last.y, 256);
  EXPECT_EQ(last.x, 128);
  EXPECT_EQ(last.height, 44);
  EXPECT_EQ(last.width, 1);
}

}  // namespace
}  // namespace relprompt::raster

// Finding the shards of a run again: in one folder or in several, and everything that can be wrong with them.
#include "shards/shard_set.h"

#include <gmock/gmock.h>

#include "shards/class_list_json.h"
#include "shards/image_id.h"
#include "shards/journal_writer.h"
#include "test_support.h"

namespace relprompt::shards {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShards = 3;
const std::vector<std::string> kIds = {"a", "b", "c", "d", "e", "f"};

class OpenShards : public testing::Test {
 protected:
  Json facts(const std::string& settings = "s") const {
    return {
        {"command", "segment"}, {"list", {{"images", kIds.size()}, {"sha256", "x"}}}, {"settings", settings}};
  }

  void write(const std::string& folder, std::size_t index, const Json& with, bool end = true) const {
    const Shard shard{index, kShards};
    JournalWriter writer(folder_ / folder, shard);
    writer.begin(with, {}, false);
    for (std::size_t at = 0; at < kIds.size(); ++at)
      if (shard.takes(kIds[at])) writer.add(Json{{"at", at}, {"id", kIds[at]}, {"status", "done"}});
    if (end) writer.end();
  }

  void write_apart() const {
    for (std::size_t i = 0; i < kShards; ++i) write("part" + std::to_string(i), i, facts());
  }

  ShardSet open(const std::vector<std::string>& names) const {
    std::vector<fs::path> folders;
    for (const auto& name : names) folders.push_back(folder_ / name);
    return open_shards(folders);
  }

  test::TemporaryFolder folder_;
};

TEST_F(OpenShards, ImagesAreInTheOrderOfTheList) {
  write_apart();
  for (std::size_t i = 0; i < kShards; ++i) write("shared", i, facts());
  for (const auto& names : {std::vector<std::string>{"part2", "part0", "part1"}, {"shared"}}) {
    const auto set = open(names);
    std::vector<std::string> ids;
    for (const auto& place : set.order) ids.push_back(set.image(place).id);
    EXPECT_EQ(ids, kIds);
  }
}

TEST_F(OpenShards, MissingAndDoubledOnesAreNamed) {
  write_apart();
  EXPECT_ERROR(open({"part1"}), ErrorCode::kNotFound, "shards 0, 2 of 3 are missing");
  EXPECT_ERROR(open({"part0"}), ErrorCode::kNotFound, "shards 1, 2 of 3 are missing");
  EXPECT_ERROR(open({"part0", "part1", "part2", "part0"}), ErrorCode::kBadArgument, "shard 0 of 3 is in ");
  EXPECT_ERROR(open({"gone"}), ErrorCode::kNotFound, "expected journals of shards");
  JournalWriter(folder_ / "many", {3, 2000}).begin(facts(), {}, false);
  EXPECT_ERROR(open({"many"}), ErrorCode::kNotFound, "shards 0 to 2, 4 to 1999 of 2000 are missing");
  EXPECT_ERROR(open({"part0", "many"}), ErrorCode::kBadArgument, "expected shards of 3");
}

TEST_F(OpenShards, UnfinishedOnesAreNamed) {
  write_apart();
  write("part1", 1, facts(), false);
  EXPECT_ERROR(open({"part0", "part1", "part2"}), ErrorCode::kNotFound,
               "shard 1 of 3 did not come to the end");
  test::write_text(shard_file(folder_ / "part1", {1, 3}), "");
  EXPECT_ERROR(open({"part0", "part1", "part2"}), ErrorCode::kNotFound,
               "shard 1 of 3 did not come to the end");
}

TEST_F(OpenShards, OneThatIsWorkedOnIsNotJoined) {
  write_apart();
  const JournalWriter writer(folder_ / "part1", {1, 3});
  EXPECT_ERROR(open({"part0", "part1", "part2"}), ErrorCode::kLostWorker, "shard 1 of 3 is being worked on");
}

TEST_F(OpenShards, OnesOfOtherRunsAreRefused) {
  write_apart();
  write("part1", 1, facts("other"));
  EXPECT_ERROR(open({"part0", "part1", "part2"}), ErrorCode::kBadArgument, "\"settings\" is \"s\" in ");
}

TEST_F(OpenShards, EachPlaceOfTheListIsThereOnce) {
  write_apart();
  const auto path = shard_file(folder_ / "part1", {1, 3});
  const auto text = test::read_text(path);
  const auto line = text.find("{\"at\"");
  ASSERT_NE(line, std::string::npos);
  auto moved = text;
  const auto number = text.substr(line + 6, 1);
  moved[line + 6] = number == "0" ? '1' : '0';
  test::write_text(path, moved);
  EXPECT_ERROR(open({"part0", "part1", "part2"}), ErrorCode::kUnreadable, "every place of the list once");
  test::write_text(path, text.substr(0, line) + "{\"end\":true}\n");
  EXPECT_ERROR(open({"part0", "part1", "part2"}), ErrorCode::kUnreadable, "expected the 6 of their list");
}

TEST(ClassListJson, IsReadAsItWasWritten) {
  ClassList classes;
  classes.names = {{"road"}, {"car", "vehicle"}};
  EXPECT_EQ(to_json(class_list_of(to_json(classes), "it")), to_json(classes));
  classes.titles = {"Road", "Car"};
  classes.seen = {true, false};
  classes.background = 1;
  classes.contrast = true;
  const auto read = class_list_of(to_json(classes), "it");
  EXPECT_EQ(to_json(read), to_json(classes));
  EXPECT_EQ(read.background, 1u);
}

TEST(ClassListJson, OthersAreRefused) {
  using Value = nlohmann::json;
  const Value good = {{"names", {{"road"}, {"car"}}}};
  class_list_of(good, "it");
  for (const auto& [key, value] :
       std::vector<std::pair<const char*, Value>>{{"names", Value::array()},
                                                  {"names", {"road", "car"}},
                                                  {"names", {{"road"}, Value::array()}},
                                                  {"names", {{"road"}, {""}}},
                                                  {"names", {{"road"}, {3}}},
                                                  {"titles", {"Road"}},
                                                  {"seen", {true, 1}},
                                                  {"background", 2},
                                                  {"background", -1}}) {
    auto bad = good;
    bad[key] = value;
    EXPECT_ERROR(class_list_of(bad, "it"), ErrorCode::kUnreadable, "it: expected");
  }
  EXPECT_ERROR(class_list_of(3, "it"), ErrorCode::kUnreadable, "it: expected an object");
}

TEST(ImageIds, StayBelowAFolder) {
  for (const char* good : {"a", "north/0001", "a b", "...", "a..b", "straße", "-", ".hidden", "\xff"})
    EXPECT_EQ(problem_of_id(good), "") << good;
  for (const char* bad : {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a\nb", "a\tb", "\x7f",
                          ".relprompt-files", "a/.relprompt-parts/b"})
    EXPECT_NE(problem_of_id(bad), "") << bad;
  EXPECT_EQ(problem_of_id(std::string("a\0b", 3)), "holds a control character");
  EXPECT_EQ(problem_of_id(std::string(1025, 'a')), "has 1025 bytes, more than 1024");
  EXPECT_EQ(stem_of("north/street.jpg"), "street");
  EXPECT_EQ(stem_of("north/"), "");
}

}  // namespace
}  // namespace relprompt::shards

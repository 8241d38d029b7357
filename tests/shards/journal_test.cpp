// The journal of a shard: what is read back, what a kill leaves, and what a stranger may have written.
#include <csignal>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shards/journal_writer.h"
#include "test_support.h"

namespace relprompt::shards {
namespace {

namespace fs = std::filesystem;

constexpr Shard kShard{1, 3};  // of "street": docs/reference/formats.md

Json facts(std::uint64_t images = 9, const std::string& settings = "s") {
  return {{"command", "segment"}, {"settings", settings}, {"list", {{"images", images}, {"sha256", "x"}}}};
}

Json line(const std::string& id, std::uint64_t at, const std::string& status = "done") {
  return {{"at", at}, {"id", id}, {"status", status}, {"sha256", "of the image"}, {"height", 7}};
}

class ShardJournal : public testing::Test {
 protected:
  fs::path path() const { return shard_file(folder_.path(), kShard); }
  std::string text() const { return test::read_text(path()); }
  Journal read() const { return read_journal(path(), kShard); }

  /// A run over "street" and "000000000139", which both fall to shard 1 of 3.
  void write_two() const {
    JournalWriter writer(folder_.path(), kShard);
    writer.begin(facts(), {{"model", "m"}}, false);
    writer.add(line("street", 4));
    writer.add(line("000000000139", 2, "failed"));
    writer.end();
  }

  /// Reads a journal of these lines after a good beginning.
  void read_after_beginning(const std::string& lines) const {
    fs::remove_all(folder_ / kShardFolder);
    JournalWriter(folder_.path(), kShard).begin(facts(), {}, false);
    test::write_text(path(), text() + lines);
    read();
  }

  test::TemporaryFolder folder_;
};

TEST_F(ShardJournal, IsReadAsItWasWritten) {
  write_two();
  const auto journal = read();
  EXPECT_TRUE(journal.ended);
  EXPECT_EQ(journal.begun, 1u);
  EXPECT_EQ(journal.facts, facts());
  EXPECT_EQ(journal.run["model"], "m");
  ASSERT_EQ(journal.images.size(), 2u);
  EXPECT_EQ(journal.images[0].id, "street");
  EXPECT_EQ(journal.images[0].at, 4u);
  EXPECT_TRUE(journal.images[0].done);
  EXPECT_FALSE(journal.find("000000000139")->done);
  EXPECT_EQ(line_of(journal, journal.images[0])["height"], 7);
}

TEST_F(ShardJournal, LaterLinesAboutAnImageCount) {
  write_two();
  JournalWriter writer(folder_.path(), kShard);
  writer.begin(facts(), {}, true);
  writer.add(line("000000000139", 2));
  const auto journal = read();
  EXPECT_FALSE(journal.ended);
  EXPECT_EQ(journal.images.size(), 2u);
  EXPECT_TRUE(journal.find("000000000139")->done);
}

TEST_F(ShardJournal, RunWithoutResumeBeginsAnew) {
  write_two();
  JournalWriter(folder_.path(), kShard).begin(facts(), {}, false);
  EXPECT_TRUE(read().images.empty());
}

TEST_F(ShardJournal, OtherFactsBeginAnewButKeepWhatIsTrue) {
  write_two();
  JournalWriter writer(folder_.path(), kShard);
  writer.begin(facts(10), {}, true);  // an image was added to the list
  EXPECT_TRUE(writer.journal().images.empty());
  auto short_line = line("street", 5);
  short_line.erase("height");
  writer.keep(short_line);
  const auto journal = read();
  ASSERT_EQ(journal.images.size(), 1u);
  EXPECT_EQ(journal.images[0].at, 5u);
  EXPECT_EQ(line_of(journal, journal.images[0])["height"], 7) << "taken over from the earlier run";
}

TEST_F(ShardJournal, KeepsNoLineOfAnotherImageFileOrOtherSettings) {
  write_two();
  JournalWriter writer(folder_.path(), kShard);
  writer.begin(facts(9, "other"), {}, true);
  auto short_line = line("street", 4);
  short_line.erase("height");
  writer.keep(short_line);
  EXPECT_FALSE(line_of(read(), read().images.at(0)).contains("height"));
}

TEST_F(ShardJournal, KeepingWhatTheJournalHasAddsNothing) {
  write_two();
  JournalWriter writer(folder_.path(), kShard);
  writer.begin(facts(), {}, true);
  const auto size = text().size();
  writer.keep(line("street", 4));
  EXPECT_EQ(text().size(), size);
}

TEST_F(ShardJournal, LineCutOffAnywhereIsTolerated) {
  write_two();
  const std::string whole = text();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    test::write_text(path(), whole.substr(0, size));
    const auto torn = read();
    {
      JournalWriter writer(folder_.path(), kShard);
      EXPECT_EQ(writer.journal().images.size(), torn.images.size()) << size;
      writer.begin(facts(), {}, true);
      writer.add(line("street", 4));
      writer.end();
    }
    const auto journal = read();
    EXPECT_TRUE(journal.ended) << size;
    EXPECT_TRUE(journal.find("street")) << size;
  }
}

TEST_F(ShardJournal, SecondProcessIsRefusedUntilTheFirstIsDead) {
  int ready[2] = {};
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const JournalWriter writer(folder_.path(), kShard);
    static_cast<void>(::write(ready[1], "x", 1));
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_ERROR(JournalWriter(folder_.path(), kShard), ErrorCode::kLostWorker,
               "shard 1 of 3 is being worked on by another process");
  EXPECT_ERROR(require_idle(path(), kShard), ErrorCode::kLostWorker, "being worked on");
  EXPECT_EQ(exit_status(ErrorCode::kLostWorker), 5) << "which job systems try again";
  JournalWriter(folder_.path(), {2, 3});  // another shard
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  JournalWriter(folder_.path(), kShard);
  require_idle(path(), kShard);
}

TEST_F(ShardJournal, NothingStaysOfARunThatNeverBegan) {
  { const JournalWriter writer(folder_.path(), kShard); }
  EXPECT_FALSE(fs::exists(folder_ / kShardFolder));
}

TEST_F(ShardJournal, FolderHoldsShardsOfOneCount) {
  write_two();
  EXPECT_ERROR(JournalWriter(folder_.path(), {0, 1}), ErrorCode::kBadArgument,
               "expected one of 1, found shard 1 of 3");
}

TEST_F(ShardJournal, FilesOfOthersStay) {
  fs::create_directories(path().parent_path());
  for (const std::string text : {"mine\n", "mine", "{\"format\":\"relprompt shard 2\",\n", "\n"}) {
    test::write_text(path(), text);
    EXPECT_ERROR(JournalWriter(folder_.path(), kShard), ErrorCode::kNotWritable, "no journal of a shard");
    EXPECT_EQ(test::read_text(path()), text);
  }
  fs::remove(path());
  fs::create_symlink(folder_ / "elsewhere", path());
  EXPECT_ERROR(JournalWriter(folder_.path(), kShard), ErrorCode::kNotWritable, "no journal of a shard");
  EXPECT_FALSE(fs::exists(folder_ / "elsewhere"));
}

TEST_F(ShardJournal, SaysWhatIsWrongWhere) {
  const std::pair<std::string, const char*> bad[] = {
      {"{\n", "line 2: not valid JSON"},
      {"[]\n", "line 2: expected a JSON object, found []"},
      {"{\"at\": 1, \"id\": \"street\", \"status\": \"fine\"}\n",
       "expected the status \"done\" or \"failed\""},
      {"{\"at\": 9, \"id\": \"street\", \"status\": \"done\"}\n", "expected a place below 9, found 9"},
      {"{\"at\": -1, \"id\": \"street\", \"status\": \"done\"}\n",
       "expected a number under \"at\", found -1"},
      {"{\"at\": 1, \"id\": \"north/0001\", \"status\": \"done\"}\n", "expected an id of shard 1 of 3"},
      {"{\"at\": 1, \"id\": \"../street\", \"status\": \"done\"}\n", "which holds \"..\""},
      {"{\"at\": 1, \"id\": \"a\\u001b\", \"status\": \"done\"}\n", "which holds a control character"},
      {"{\"at\": 1, \"status\": \"done\"}\n", "which is empty"},
      {"{\"format\": \"relprompt shard 2\"}\n", "expected the format \"relprompt shard 1\""},
      {"{\"format\": \"relprompt shard 1\", \"shard\": 0, \"shards\": 3}\n", "expected shard 1 of 3"},
      {"{\"format\": \"relprompt shard 1\", \"shard\": 1, \"shards\": 3, \"facts\": []}\n",
       "expected \"facts\""},
  };
  for (const auto& [lines, message] : bad) {
    EXPECT_ERROR(read_after_beginning(lines), ErrorCode::kUnreadable, message);
    EXPECT_ERROR(read_after_beginning(lines), ErrorCode::kUnreadable, "1-of-3.jsonl, line 2");
  }
  EXPECT_ERROR(read_journal(folder_ / "gone", kShard), ErrorCode::kNotFound, "gone");
}

TEST_F(ShardJournal, NamesOfJournalsAreExact) {
  fs::create_directories(folder_ / kShardFolder);
  for (const char* name :
       {"0-of-3.jsonl", "2-of-3.jsonl", "00-of-3.jsonl", "3-of-3.jsonl", "1-of-3.json", "a", "-of-"})
    test::write_text(folder_ / kShardFolder / name, "");
  const auto shards = shards_in(folder_.path());
  ASSERT_EQ(shards.size(), 2u);
  EXPECT_EQ(shards[0].index, 0u);
  EXPECT_EQ(shards[1].index, 2u);
  EXPECT_TRUE(shards_in(folder_ / "gone").empty());
}

}  // namespace
}  // namespace relprompt::shards

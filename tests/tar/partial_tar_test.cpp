// A tar that is written by processes that die: whatever they leave, the next one makes the same bytes.
#include "tar/partial_tar.h"

#include <gmock/gmock.h>

#include "base/file_journal.h"
#include "tar/partial_journal.h"
#include "test_support.h"

namespace relprompt::tar {
namespace {

namespace fs = std::filesystem;
using test::read_text;
using test::write_text;

class Partial : public testing::Test {
 protected:
  static std::string member(std::uint64_t i) { return std::string(512, static_cast<char>('a' + i % 26)); }

  std::unique_ptr<PartialTar> open(bool resume, const std::string& facts = "facts") const {
    return std::make_unique<PartialTar>(folder_.path(), "n/0", facts, resume);
  }
  static void add(PartialTar& tar, std::uint64_t until) {
    const FailedSample failed = {"key\xff", "not_an_image", "why"};
    for (std::uint64_t i = tar.samples(); i < until; ++i)
      tar.add(i % 5 == 4 ? "" : member(i), i % 5 == 4 ? &failed : nullptr);
  }
  std::string finish(PartialTar& tar) const {
    std::string noted;
    tar.finish(folder_ / "n/0.tar", Packing::kNone, [&](const std::string& sha256) { noted = sha256; });
    EXPECT_TRUE(FileJournal(folder_ / "n").lists("0.tar", noted));
    return read_text(folder_ / "n/0.tar");
  }
  static std::string whole(std::uint64_t samples) {
    std::string bytes;
    for (std::uint64_t i = 0; i < samples; ++i) bytes += i % 5 == 4 ? "" : member(i);
    return bytes + std::string(1024, '\0');
  }
  fs::path journal() const { return folder_ / ".relprompt-tars/n/0.jsonl"; }
  fs::path tar() const { return folder_ / ".relprompt-tars/n/0.tar"; }

  test::TemporaryFolder folder_;
};

TEST_F(Partial, BecomesTheTarWhenItIsFinished) {
  auto tar = open(false);
  add(*tar, 10);
  EXPECT_FALSE(fs::exists(folder_ / "n/0.tar"));
  EXPECT_EQ(finish(*tar), whole(10));
  EXPECT_FALSE(fs::exists(folder_ / ".relprompt-tars"));
}

TEST_F(Partial, GoesOnBehindWhatIsKept) {
  {
    auto tar = open(true);
    add(*tar, 7);
    tar->keep();
    add(*tar, 9);  // lost with the process
  }
  auto tar = open(true);
  EXPECT_EQ(tar->samples(), 7U);
  EXPECT_EQ(tar->failed(), 1U);
  ASSERT_EQ(tar->failures().size(), 1U);
  EXPECT_EQ(tar->failures()[0].key, "key\xff");
  add(*tar, 12);
  EXPECT_EQ(finish(*tar), whole(12));
}

TEST_F(Partial, ManySamplesAreKeptInGroups) {
  {
    auto tar = open(true);
    add(*tar, 200);
  }
  auto tar = open(true);
  EXPECT_GE(tar->samples(), 64U);
  add(*tar, 200);
  EXPECT_EQ(tar->failed(), 40U);
  EXPECT_EQ(finish(*tar), whole(200));
}

TEST_F(Partial, AnyTornEndIsNotCounted) {
  {
    auto tar = open(true);
    add(*tar, 130);
    tar->keep();
  }
  const std::string text = read_text(journal()), bytes = read_text(tar());
  // Few, since each waits for the disk some ten times.
  const std::size_t first = text.find('\n') + 1, last = text.rfind('\n', text.size() - 2) + 1;
  for (const std::size_t size : {std::size_t{0}, first / 2, first, last + 20, text.size() - 1, text.size()}) {
    write_text(journal(), text.substr(0, size));
    write_text(tar(), bytes + "torn");
    if (size == 0) fs::remove(tar());  // it comes after the first line
    auto partial = open(true);
    EXPECT_LE(partial->samples(), 130U);
    add(*partial, 130);
    EXPECT_EQ(finish(*partial), whole(130)) << size;
    fs::create_directories(tar().parent_path());
  }
}

TEST_F(Partial, ChangedBytesAndOtherFactsBeginAnew) {
  const auto begin = [&] {
    auto tar = open(false);
    add(*tar, 10);
    tar->keep();
  };
  begin();
  EXPECT_EQ(open(true, "others")->samples(), 0U);
  begin();
  std::string bytes = read_text(tar());
  bytes[600] ^= 1;
  write_text(tar(), bytes);
  EXPECT_EQ(open(true)->samples(), 0U);
  begin();
  write_text(tar(), bytes.substr(0, 1000));
  EXPECT_EQ(open(true)->samples(), 0U);
  begin();
  fs::remove(tar());
  EXPECT_EQ(open(true)->samples(), 0U);
  begin();
  EXPECT_EQ(open(true)->samples(), 10U);
  EXPECT_EQ(open(false)->samples(), 0U);
}

TEST_F(Partial, LinesThatNobodyWritesEndTheJournal) {
  const std::string first = first_line("facts"), digest(64, 'a');
  const std::string good = group_line(3, 1, 512, digest, {});
  EXPECT_EQ(read_partial_journal(first + good, "facts").samples, 3U);
  EXPECT_FALSE(read_partial_journal(first + good, "fact").fits);
  for (const std::string& bad :
       {std::string("nonsense\n"), std::string("[1]\n"), group_line(3, 1, 512, digest, {}),
        group_line(2, 1, 600, digest, {}), group_line(9, 0, 600, digest, {}),
        group_line(9, 10, 600, digest, {}), group_line(9, 1, 100, digest, {}),
        group_line(9, 1, 600, "short", {}), std::string("{\"samples\":-1}\n")}) {
    const auto state = read_partial_journal(first + good + bad + group_line(20, 1, 900, digest, {}), "facts");
    EXPECT_EQ(state.samples, 3U) << bad;
    EXPECT_EQ(state.whole, first.size() + good.size()) << bad;
  }
}

TEST_F(Partial, HasOneProcess) {
  const auto tar = open(true);
  EXPECT_ERROR(open(true), ErrorCode::kLostWorker, "another process holds the lock");
}

TEST_F(Partial, FilesOfOthersStay) {
  fs::create_directories(tar().parent_path());
  write_text(tar(), "mine");
  EXPECT_ERROR(open(true), ErrorCode::kNotWritable, "0.tar is there already");
  fs::remove(tar());
  write_text(journal(), "mine");
  EXPECT_ERROR(open(false), ErrorCode::kNotWritable, "0.jsonl is there already");
  PartialTar::tidy(folder_.path(), "n/0");
  EXPECT_EQ(read_text(journal()), "mine");
  fs::remove(journal());
  fs::create_directories(folder_ / "n");
  write_text(folder_ / "n/0.tar", "mine");
  auto tar = open(true);
  add(*tar, 3);
  EXPECT_ERROR(tar->finish(folder_ / "n/0.tar", Packing::kNone, [](const std::string&) {}),
               ErrorCode::kNotWritable, "n/0.tar is there already");
  EXPECT_EQ(read_text(folder_ / "n/0.tar"), "mine");
}

TEST_F(Partial, LeftOversOfAFinishedTarAreTidied) {
  {
    auto tar = open(false);
    add(*tar, 3);
    tar->keep();
  }
  PartialTar::tidy(folder_.path(), "n/0");
  EXPECT_FALSE(fs::exists(folder_ / ".relprompt-tars"));
}

}  // namespace
}  // namespace relprompt::tar

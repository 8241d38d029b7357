// Errors, atomic files, hashes and random numbers.
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/atomic_file.h"
#include "base/checked.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "base/random.h"
#include "test_support.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

TEST(Error, ExitStatusFollowsTheGroupOfTheCode) {
  EXPECT_EQ(exit_status(ErrorCode::kBadArgument), 2);
  EXPECT_EQ(exit_status(ErrorCode::kTextTooLong), 2);
  EXPECT_EQ(exit_status(ErrorCode::kNotFound), 3);
  EXPECT_EQ(exit_status(ErrorCode::kDiskFull), 3);
  EXPECT_EQ(exit_status(ErrorCode::kModelNotFound), 4);
  EXPECT_EQ(exit_status(ErrorCode::kBadModelConfig), 4);
  EXPECT_EQ(exit_status(ErrorCode::kNoDevice), 5);
  EXPECT_EQ(exit_status(ErrorCode::kWrongHash), 4);
  EXPECT_EQ(exit_status(ErrorCode::kNoNetwork), 5);
  EXPECT_EQ(exit_status(ErrorCode::kLostWorker), 5);
  EXPECT_EQ(exit_status(ErrorCode::kCancelled), 5);
  EXPECT_EQ(exit_status(ErrorCode::kDiverged), 5);
  EXPECT_EQ(exit_status(ErrorCode::kInternal), 70);
}

TEST(Error, HintStandsOnItsOwnLine) {
  EXPECT_STREQ(Error(ErrorCode::kNotFound, "no x", "make one").what(), "no x\n  make one");
  EXPECT_STREQ(Error(ErrorCode::kNotFound, "no x").what(), "no x");
}

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  const test::TemporaryFolder folder;
  const fs::path target = folder / "deep/er/file.bin";
  {
    AtomicFile file(target);
    file.write("half");
  }
  EXPECT_FALSE(fs::exists(target));
  EXPECT_TRUE(fs::is_empty(target.parent_path()));
  write_file(target, "whole");
  EXPECT_EQ(test::read_text(target), "whole");
}

TEST(AtomicFile, KeepsTheOldFileWhenTheNewOneFails) {
  const test::TemporaryFolder folder;
  write_file(folder / "file", "old");
  try {
    AtomicFile file(folder / "file");
    file.write("new");
    throw Error(ErrorCode::kInternal, "interrupted");
  } catch (const Error&) {
  }
  EXPECT_EQ(test::read_text(folder / "file"), "old");
}

TEST(AtomicFile, NamesAFolderThatIsInTheWay) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "plain", "x");
  EXPECT_ERROR(write_file(folder / "plain/file", "y"), ErrorCode::kNotWritable, "plain");
}

[[noreturn]] void write_under_a_size_limit(const fs::path& folder) {
  const struct rlimit limit = {4096, 4096};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ::signal(SIGXFSZ, SIG_IGN);
  try {
    write_file(folder / "big", std::string(100'000, 'x'));
  } catch (const Error& error) {
    std::_Exit(error.code() == ErrorCode::kDiskFull && fs::is_empty(folder) ? 0 : 1);
  }
  std::_Exit(2);
}

TEST(AtomicFile, ReportsAFullDisk) {
  // A file size limit stands in for the full disk: the write fails in the same place.
  const test::TemporaryFolder folder;
  EXPECT_EXIT(write_under_a_size_limit(folder.path()), testing::ExitedWithCode(0), "");
}

TEST(MappedFile, MapsBytesAndEmptyFiles) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "three", "abc");
  test::write_text(folder / "none", "");
  const MappedFile three(folder / "three");
  ASSERT_EQ(three.size(), 3u);
  EXPECT_EQ(static_cast<char>(three.data()[2]), 'c');
  EXPECT_EQ(MappedFile(folder / "none").size(), 0u);
}

TEST(MappedFile, NamesWhatIsMissingOrNoFile) {
  const test::TemporaryFolder folder;
  EXPECT_ERROR(MappedFile(folder / "gone"), ErrorCode::kNotFound, "gone");
  EXPECT_ERROR(MappedFile(folder / "gone", ErrorCode::kModelNotFound), ErrorCode::kModelNotFound, "gone");
  EXPECT_ERROR(MappedFile(folder.path()), ErrorCode::kUnreadable, "not a regular file");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_ERROR(MappedFile(folder / "pipe"), ErrorCode::kUnreadable, "not a regular file");
}

TEST(Sha256, MatchesPublishedVectors) {
  Sha256 empty;
  EXPECT_EQ(empty.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 abc;
  abc.update("a");
  abc.update("bc");
  EXPECT_EQ(abc.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(SplitMix64, MatchesTheReferenceSequence) {
  SplitMix64 random(0);
  EXPECT_EQ(random.next(), 0xE220A8397B1DCDAFu);
  EXPECT_EQ(random.next(), 0x6E789E6AA1B965F4u);
}

TEST(SplitMix64, SignedUnitStaysInRange) {
  SplitMix64 random(fnv1a("image"));
  for (int i = 0; i < 10000; ++i) {
    const float value = random.next_signed_unit();
    ASSERT_GE(value, -1.0f);
    ASSERT_LT(value, 1.0f);
  }
}

TEST(Checked, ElementsOfAShape) {
  EXPECT_EQ(checked_elements({}), 1u);
  EXPECT_EQ(checked_elements({2, 3, 4}), 24u);
  EXPECT_EQ(checked_elements({0, 5}), 0u);
  EXPECT_FALSE(checked_elements({-1, 5}));
  EXPECT_FALSE(checked_elements({INT64_MAX, 3}));
}

}  // namespace
}  // namespace relprompt

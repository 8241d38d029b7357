// Files read whole into memory, whatever happens to them meanwhile.
#include "base/read_file.h"

#include <atomic>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_support.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

TEST(ReadFile, ReadsBytesAndEmptyFiles) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "three", "abc");
  test::write_text(folder / "none", "");
  EXPECT_EQ(read_file(folder / "three").text(), "abc");
  EXPECT_EQ(read_file(folder / "none").size(), 0u);
}

TEST(ReadFile, NamesWhatIsMissingOrNoFile) {
  const test::TemporaryFolder folder;
  ReadRules model;
  model.missing = ErrorCode::kModelNotFound;
  EXPECT_ERROR(read_file(folder / "gone"), ErrorCode::kNotFound, "gone");
  EXPECT_ERROR(read_file(folder / "gone", model), ErrorCode::kModelNotFound, "gone");
  EXPECT_ERROR(read_file(folder.path()), ErrorCode::kUnreadable, "not a regular file");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_ERROR(read_file(folder / "pipe"), ErrorCode::kUnreadable, "not a regular file");
  EXPECT_ERROR(read_file(folder / "pipe", model), ErrorCode::kModelNotFound, "not a regular file");
}

TEST(ReadFile, RefusesASizeBeforeReading) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "sparse", "");
  fs::resize_file(folder / "sparse", std::uintmax_t{1} << 40);  // no disk holds it, no memory either
  ReadRules rules;
  rules.too_large = ErrorCode::kImageTooLarge;
  EXPECT_ERROR(read_file(folder / "sparse", rules), ErrorCode::kImageTooLarge, "expected at most");
}

TEST(ReadFile, SaysThatAFileEndsBeforeItsSize) {
  // The kernel gives this one a size of 4096 and some ten bytes: what a file cut while it is read looks like.
  const fs::path cut = "/sys/kernel/mm/transparent_hugepage/enabled";
  std::error_code absent;
  if (!fs::exists(cut, absent) || fs::file_size(cut, absent) != 4096) GTEST_SKIP() << "no such file here";
  EXPECT_ERROR(read_file(cut), ErrorCode::kUnreadable, "while it was read");
}

TEST(ReadFile, WhatIsReadIsOneVersionOfAFileThatChanges) {
  const test::TemporaryFolder folder;
  const fs::path path = folder / "image";
  const std::string whole(1 << 20, 'x');
  test::write_text(path, whole);
  std::atomic<bool> done{false};
  std::thread truncating([&] {
    while (!done) {
      ASSERT_EQ(::truncate(path.c_str(), 1000), 0);
      ASSERT_EQ(::truncate(path.c_str(), 1 << 20), 0);
    }
  });
  for (int i = 0; i < 300; ++i) {
    try {
      const std::size_t size = read_file(path).size();
      EXPECT_TRUE(size == 1000 || size == whole.size()) << size;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUnreadable) << error.what();
    }
  }
  done = true;
  truncating.join();
}

}  // namespace
}  // namespace relprompt

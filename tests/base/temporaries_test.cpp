// Temporary names that never collide, and leftovers of dead processes that go while those of living ones
// stay.
#include "base/temporaries.h"

#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/file_journal.h"
#include "test_support.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStale = ".relprompt-0123456789abcdef.tmp";

/// Without the list of written files.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name != kJournalName) names.push_back(name);
  }
  return names;
}

/// A process that writes and is then killed, as SIGKILL does it: no destructor runs.
void write_and_die(const fs::path& target) {
  const pid_t process = ::fork();
  if (process == 0) {
    auto* file = new AtomicFile(target);
    file->write("half");
    std::_Exit(0);
  }
  int status = 0;
  ::waitpid(process, &status, 0);
}

TEST(Temporaries, ProcessesOfTheSameNumberDoNotMeet) {
  // In containers process numbers repeat. Two forks have the same state, counters included.
  const test::TemporaryFolder folder;
  write_and_die(folder / "progress.json");
  write_and_die(folder / "progress.json");
  const auto left = names_in(folder.path());
  EXPECT_EQ(left.size(), 1u) << "the second one swept what the first one left, and left one of its own";
  for (const auto& name : left) EXPECT_TRUE(is_temporary_name(name)) << name;
  write_file(folder / "progress.json", "whole");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"progress.json"});
}

TEST(Temporaries, NamesAreRandom) {
  const test::TemporaryFolder folder;
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) {
    const Temporary made = create_temporary_file(folder.path());
    ASSERT_GE(made.descriptor, 0);
    EXPECT_TRUE(is_temporary_name(made.path.filename().string())) << made.path;
    names.insert(made.path.filename().string());
    ::close(made.descriptor);
  }
  EXPECT_EQ(names.size(), 100u);
}

TEST(Temporaries, OnlyStaleOnesOfOurPatternGo) {
  const test::TemporaryFolder folder;
  const std::vector<std::string> foreign = {".relprompt-0123456789abcdef.tmp.old", ".relprompt-0123.tmp",
                                            ".relprompt-0123456789ABCDEF.tmp", ".note.77-0.tmp",
                                            "relprompt-0123456789abcdef.tmp"};
  for (const auto& name : foreign) test::write_text(folder / name, "mine");
  test::write_text(folder / "file-of-mine", "mine");
  const char* link = ".relprompt-00000000000000aa.tmp";
  fs::create_symlink("file-of-mine", folder / link);
  const Temporary held_file = create_temporary_file(folder.path());
  const Temporary held_folder = create_temporary_folder(folder.path());
  test::write_text(folder / kStale, "half");
  fs::create_directories(folder / ".relprompt-00000000000000bb.tmp/inside");
  test::write_text(folder / ".relprompt-00000000000000bb.tmp/inside/weights", "half");

  sweep_temporaries(folder.path());
  for (const auto& name : foreign) EXPECT_TRUE(fs::exists(folder / name)) << name;
  EXPECT_TRUE(fs::is_symlink(folder / link));
  EXPECT_TRUE(fs::exists(held_file.path));
  EXPECT_TRUE(fs::exists(held_folder.path));
  EXPECT_FALSE(fs::exists(folder / kStale));
  EXPECT_FALSE(fs::exists(folder / ".relprompt-00000000000000bb.tmp"));

  ::close(held_file.descriptor);
  ::close(held_folder.descriptor);
  sweep_temporaries(folder.path());
  EXPECT_FALSE(fs::exists(held_file.path));
  EXPECT_FALSE(fs::exists(held_folder.path));
}

TEST(Temporaries, APipeOfThatNameDoesNotHang) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / kStale).c_str(), 0600), 0);
  sweep_temporaries(folder.path());
  EXPECT_TRUE(fs::exists(folder / kStale));
}

TEST(Temporaries, TheLongestNameOfAFileCanBeWritten) {
  const test::TemporaryFolder folder;
  write_file(folder / std::string(255, 'n'), "text");
  EXPECT_EQ(test::read_text(folder / std::string(255, 'n')), "text");
}

}  // namespace
}  // namespace relprompt

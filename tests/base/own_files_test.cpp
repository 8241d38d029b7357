// The rule that a file which relprompt did not write is never replaced and never removed, in the one place
// where everything is written.
#include "base/own_files.h"

#include <csignal>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/file_journal.h"
#include "base/place.h"
#include "test_support.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

TEST(OwnFiles, AreReplacedAndForeignOnesAreNot) {
  const test::TemporaryFolder folder;
  write_file(folder / "own", "first");
  write_file(folder / "own", "second");
  EXPECT_EQ(test::read_text(folder / "own"), "second");
  test::write_text(folder / "other", "of a user");
  EXPECT_ERROR(write_file(folder / "other", "ours"), ErrorCode::kNotWritable, "other");
  EXPECT_EQ(test::read_text(folder / "other"), "of a user");
}

TEST(OwnFiles, BytesMayBeReplacedWhileTheFileIsMade) {
  const test::TemporaryFolder folder;
  AtomicFile file(folder / "scores");
  file.write("first draft");
  file.replace(6, "words", 5);
  file.commit();
  EXPECT_EQ(test::read_text(folder / "scores"), "first words");
  EXPECT_EQ(standing_of(folder / "scores"), Standing::kOwn);
}

TEST(OwnFiles, AChangedOneIsForeign) {
  const test::TemporaryFolder folder;
  write_file(folder / "labels", "made");
  test::write_text(folder / "labels", "mend");
  EXPECT_EQ(standing_of(folder / "labels"), Standing::kForeign);
  EXPECT_ERROR(write_file(folder / "labels", "again"), ErrorCode::kNotWritable, "was changed since");
  EXPECT_FALSE(remove_own(folder / "labels"));
  EXPECT_EQ(test::read_text(folder / "labels"), "mend");
}

TEST(OwnFiles, RefusingLeavesNoTrace) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "other", "of a user");
  EXPECT_ERROR(write_file(folder / "other", "ours"), ErrorCode::kNotWritable, "not written by relprompt");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(OwnFiles, LinksFoldersAndPipesAreForeign) {
  const test::TemporaryFolder folder;
  for (const char* name : {"link", "dangling", "folder", "pipe"}) {
    write_file(folder / name, "x");  // even where a file of the name was ours
    fs::remove(folder / name);
  }
  test::write_text(folder / "elsewhere", "of a user");
  fs::create_symlink(folder / "elsewhere", folder / "link");
  fs::create_symlink(folder / "nowhere", folder / "dangling");
  fs::create_directory(folder / "folder");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const char* name : {"link", "dangling", "folder", "pipe"}) {
    EXPECT_EQ(standing_of(folder / name), Standing::kForeign) << name;
    EXPECT_ERROR(write_file(folder / name, "x"), ErrorCode::kNotWritable, name);
    EXPECT_FALSE(remove_own(folder / name)) << name;
  }
  EXPECT_EQ(test::read_text(folder / "elsewhere"), "of a user");
  EXPECT_FALSE(fs::exists(folder / "nowhere"));
}

TEST(OwnFiles, RequireFreeTellsTheTwoApart) {
  const test::TemporaryFolder folder;
  write_file(folder / "own", "x");
  test::write_text(folder / "other", "y");
  require_free({folder / "none"}, false);
  require_free({folder / "none", folder / "own"}, true);
  EXPECT_ERROR(require_free({folder / "none", folder / "own"}, false), ErrorCode::kNotWritable, "--force");
  EXPECT_ERROR(require_free({folder / "other"}, true), ErrorCode::kNotWritable, "other");
}

TEST(OwnFiles, AFolderMovesWithItsList) {
  const test::TemporaryFolder folder;
  write_file(folder / "a/deep/file", "x");
  fs::rename(folder / "a", folder / "b");
  EXPECT_EQ(standing_of(folder / "b/deep/file"), Standing::kOwn);
  test::write_text(folder / "b/deep/notes", "of a user");
  EXPECT_EQ(foreign_in(folder / "b"), folder / "b/deep/notes");
  EXPECT_FALSE(remove_own_folder(folder / "b"));
  EXPECT_FALSE(fs::exists(folder / "b/deep/file"));
  EXPECT_EQ(test::read_text(folder / "b/deep/notes"), "of a user");
  fs::remove(folder / "b/deep/notes");
  EXPECT_TRUE(remove_own_folder(folder / "b"));
  EXPECT_FALSE(fs::exists(folder / "b"));
}

TEST(OwnFiles, ACacheKeepsNoList) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "row", "old");
  write_file(folder / "row", "new", Replace::kAnything);
  EXPECT_EQ(test::read_text(folder / "row"), "new");
  EXPECT_FALSE(fs::exists(folder / kJournalName));
}

TEST(PlaceFile, LosesNothingThatAppearsMeanwhile) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "finished", "ours");
  test::write_text(folder / "target", "of a user");
  EXPECT_EQ(rename_if_free(folder / "finished", folder / "target"), EEXIST);
  EXPECT_EQ(test::read_text(folder / "target"), "of a user");
  EXPECT_EQ(rename_if_free(folder / "finished", folder / "free"), 0);
  EXPECT_EQ(test::read_text(folder / "free"), "ours");
}

TEST(FileJournal, KeepsEveryNameAndTheLastNote) {
  const test::TemporaryFolder folder;
  const std::string sha(64, 'a'), other(64, 'b');
  FileJournal journal(folder.path());
  for (const std::string name : {"plain", "with blank", "tab\tand\nline", "back\\slash\\n", "caf\xE9"}) {
    EXPECT_FALSE(journal.lists(name));
    journal.add(name, sha);
    EXPECT_TRUE(journal.lists(name, sha)) << name;
    EXPECT_FALSE(journal.lists(name, other)) << name;
    journal.add_note(name, "first");
    journal.add_note(name, "second\tline\n");
    EXPECT_EQ(journal.note(name), "second\tline\n") << name;
  }
  EXPECT_EQ(journal.note("other"), std::nullopt);
}

TEST(FileJournal, LinesLongerThanAPieceAndListsReplacedMeanwhile) {
  const test::TemporaryFolder folder;
  FileJournal journal(folder.path());
  const std::string hash(64, 'a'), longer(3 << 20, 'n'), middling(2000, 'm');
  journal.add_note("long", longer);
  journal.add(middling, hash);
  journal.add("after", hash);
  EXPECT_EQ(journal.note("long"), longer);
  EXPECT_TRUE(journal.lists(middling, hash));
  EXPECT_TRUE(journal.lists("after", hash));
  EXPECT_FALSE(journal.lists("after", std::string(64, 'b')));
  // Another list under the same name, whose lines stand elsewhere.
  fs::remove(folder / kJournalName);
  journal.add("new", hash);
  EXPECT_TRUE(journal.lists("new", hash));
  EXPECT_FALSE(journal.lists("after"));
  EXPECT_FALSE(journal.note("long"));
}

TEST(FileJournal, SurvivesALineThatWasCutOff) {
  const test::TemporaryFolder folder;
  FileJournal journal(folder.path());
  journal.add("a", std::string(64, 'a'));
  const auto whole = test::read_text(folder / kJournalName);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    test::write_text(folder / kJournalName, whole.substr(0, size));
    FileJournal(folder.path()).add("b", std::string(64, 'b'));
    EXPECT_TRUE(FileJournal(folder.path()).lists("b", std::string(64, 'b'))) << size;
  }
}

TEST(FileJournal, IsItselfNoFileOfOthers) {
  const test::TemporaryFolder folder;
  test::write_text(folder / kJournalName,
                   "my own list of 100 files, which has this very name by accident; it "
                   "is longer than the first line of a list\n");
  EXPECT_ERROR(write_file(folder / "file", "x"), ErrorCode::kNotWritable, kJournalName);
  EXPECT_FALSE(fs::exists(folder / "file"));
  fs::remove(folder / kJournalName);
  test::write_text(folder / "elsewhere", "");
  fs::create_symlink(folder / "elsewhere", folder / kJournalName);
  EXPECT_ERROR(write_file(folder / "file", "x"), ErrorCode::kNotWritable, kJournalName);
  EXPECT_EQ(test::read_text(folder / "elsewhere"), "");
}

TEST(FileJournal, ThreadsAndProcessesShareAFolder) {
  const test::TemporaryFolder folder;
  constexpr int kProcesses = 3, kThreads = 2, kFiles = 20;
  const auto name = [](int process, int thread, int file) {
    return std::to_string(process) + "-" + std::to_string(thread) + "-" + std::to_string(file);
  };
  std::vector<pid_t> processes;
  for (int process = 0; process < kProcesses; ++process) {
    processes.push_back(::fork());
    if (processes.back() != 0) continue;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, process, thread] {
        for (int file = 0; file < kFiles; ++file) {
          write_file(folder / name(process, thread, file), "old");
          write_file(folder / name(process, thread, file), name(process, thread, file));
        }
      });
    }
    for (auto& thread : threads) thread.join();
    std::_Exit(0);
  }
  for (const pid_t process : processes) {
    int status = 1;
    ASSERT_EQ(::waitpid(process, &status, 0), process);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(foreign_in(folder.path()), std::nullopt);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()),
            kProcesses * kThreads * kFiles + 1);
}

/// Writes the two files in turn until it is killed.
[[noreturn]] void write_for_ever(const fs::path& folder) {
  for (int i = 0;; ++i) write_file(folder / (i % 2 == 0 ? "a" : "b"), "content " + std::to_string(i));
}

TEST(FileJournal, AKilledWriterLeavesOnlyFilesOfItsOwn) {
  const test::TemporaryFolder folder;
  for (int round = 0; round < 25; ++round) {
    const pid_t process = ::fork();
    if (process == 0) write_for_ever(folder.path());
    std::this_thread::sleep_for(std::chrono::microseconds(3000 + 700 * round));
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
    for (const char* name : {"a", "b"}) EXPECT_NE(standing_of(folder / name), Standing::kForeign) << round;
    write_file(folder / "a", "after");
  }
}

}  // namespace
}  // namespace relprompt

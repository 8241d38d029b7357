// Folders whose files are believed: who may have written them, and what lies in the way.
#include "base/private_folder.h"

#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/notes.h"
#include "test_support.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uid_t kSomebodyElse = 12345;

class PrivateFolders : public testing::Test {
 protected:
  void SetUp() override {
    set_note_listener([this](const std::string& text) { notes_.push_back(text); });
  }
  void TearDown() override { set_note_listener({}); }

  mode_t mode_of(const fs::path& path) const {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
  }

  test::TemporaryFolder scratch_;
  std::vector<std::string> notes_;
};

TEST_F(PrivateFolders, AreMadeForTheUserAlone) {
  const auto folder = PrivateFolder::open(scratch_ / "deep/cache");
  ASSERT_TRUE(folder);
  const auto inside = folder->inside("text");
  ASSERT_TRUE(inside);
  EXPECT_EQ(mode_of(scratch_ / "deep/cache"), 0700u);
  EXPECT_EQ(mode_of(scratch_ / "deep/cache/text"), 0700u);
  EXPECT_FALSE(inside->read("rows", 100));
  const auto lock = inside->lock();
  ASSERT_TRUE(lock);
  EXPECT_TRUE(inside->replace(*lock, "rows", "one"));
  EXPECT_TRUE(inside->replace(*lock, "rows", "two"));
  EXPECT_EQ(inside->read("rows", 100), "two");
  EXPECT_EQ(mode_of(scratch_ / "deep/cache/text/rows"), 0600u);
  EXPECT_FALSE(inside->read("rows", 2)) << "larger than asked for";
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(PrivateFolders, AreNoLinksAndNoFiles) {
  fs::create_directory(scratch_ / "elsewhere");
  fs::create_directory_symlink(scratch_ / "elsewhere", scratch_ / "link");
  test::write_text(scratch_ / "file", "");
  EXPECT_FALSE(PrivateFolder::open(scratch_ / "link"));
  EXPECT_FALSE(PrivateFolder::open(scratch_ / "file"));
  EXPECT_FALSE(PrivateFolder::open(scratch_ / "file/below"));
  const auto folder = PrivateFolder::open(scratch_ / "cache");
  ASSERT_TRUE(folder);
  fs::create_directory_symlink(scratch_ / "elsewhere", scratch_ / "cache/text");
  EXPECT_FALSE(folder->inside("text"));
  ASSERT_FALSE(notes_.empty());
  EXPECT_THAT(notes_.front(), HasSubstr((scratch_ / "link").string()));
}

TEST_F(PrivateFolders, LoseTheWritePermissionOfOthers) {
  fs::create_directory(scratch_ / "cache");
  ::chmod((scratch_ / "cache").c_str(), 0777);
  EXPECT_TRUE(PrivateFolder::open(scratch_ / "cache"));
  EXPECT_EQ(mode_of(scratch_ / "cache"), 0755u);
}

TEST_F(PrivateFolders, OfSomebodyElseAreNotUsed) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to give a folder away";
  fs::create_directory(scratch_ / "cache");
  ASSERT_EQ(::chown((scratch_ / "cache").c_str(), kSomebodyElse, kSomebodyElse), 0);
  EXPECT_FALSE(PrivateFolder::open(scratch_ / "cache"));
  EXPECT_FALSE(PrivateFolder::open(scratch_ / "cache"));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("belongs to another user"))) << "said once";
}

TEST_F(PrivateFolders, ReadOnlyFilesThatNobodyElseWrote) {
  const auto folder = PrivateFolder::open(scratch_ / "cache");
  ASSERT_TRUE(folder);
  const fs::path path = scratch_ / "cache/rows";
  const auto unread = [&](const char* why) {
    EXPECT_FALSE(folder->read("rows", 100)) << why;
    fs::remove(path);
  };
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  unread("a named pipe, without waiting for a writer");
  test::write_text(scratch_ / "elsewhere", "planted");
  fs::create_symlink(scratch_ / "elsewhere", path);
  unread("a link");
  fs::create_directory(path);
  unread("a folder");
  test::write_text(path, "planted");
  ::chmod(path.c_str(), 0666);
  unread("a file that others may write");
  EXPECT_FALSE(notes_.empty());
  if (::geteuid() != 0) return;
  test::write_text(path, "planted");
  ASSERT_EQ(::chown(path.c_str(), kSomebodyElse, kSomebodyElse), 0);
  unread("a file of somebody else");
}

TEST_F(PrivateFolders, NothingIsWrittenThroughALink) {
  const auto folder = PrivateFolder::open(scratch_ / "cache");
  ASSERT_TRUE(folder);
  test::write_text(scratch_ / "mine", "precious");
  fs::create_symlink(scratch_ / "mine", scratch_ / "cache/rows");
  fs::create_symlink(scratch_ / "mine", scratch_ / "cache/rows.tmp");
  {
    const auto lock = folder->lock();
    ASSERT_TRUE(lock);
    EXPECT_TRUE(folder->replace(*lock, "rows", "new"));
  }
  EXPECT_EQ(test::read_text(scratch_ / "mine"), "precious");
  EXPECT_EQ(folder->read("rows", 100), "new");
  fs::remove(scratch_ / "cache/lock");
  fs::create_symlink(scratch_ / "mine", scratch_ / "cache/lock");
  EXPECT_FALSE(folder->lock());
  fs::remove(scratch_ / "cache/lock");
  ASSERT_EQ(::mkfifo((scratch_ / "cache/lock").c_str(), 0600), 0);
  EXPECT_FALSE(folder->lock()) << "and did not wait";
}

TEST_F(PrivateFolders, LargeFilesAppearWhole) {
  const auto folder = PrivateFolder::open(scratch_ / "cache");
  ASSERT_TRUE(folder);
  {
    const auto file = folder->begin("large");
    ASSERT_TRUE(file);
    EXPECT_FALSE(folder->begin("large")) << "somebody writes it";
    EXPECT_TRUE(write_all(file->number(), "first"));
    EXPECT_FALSE(folder->open_file("large"));
    folder->remove("large.tmp");
    EXPECT_TRUE(folder->finish(*file, "large")) << "what is being written is not removed";
    EXPECT_FALSE(folder->finish(*file, "large")) << "it has its name";
  }
  EXPECT_EQ(folder->read("large", 100), "first");
  test::write_text(scratch_ / "cache/large.tmp", "what a killed process left");
  {
    const auto file = folder->begin("large");
    ASSERT_TRUE(file);
    EXPECT_TRUE(write_all(file->number(), "half"));
    folder->abandon(*file, "large");
  }
  EXPECT_EQ(folder->read("large", 100), "first");
  const auto entries = folder->entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries.front().name, "large");
  EXPECT_EQ(entries.front().bytes, 5u);
  folder->remove("large");
  EXPECT_TRUE(folder->entries().empty());
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(PrivateFolders, OneHoldsTheLock) {
  const auto folder = PrivateFolder::open(scratch_ / "cache");
  ASSERT_TRUE(folder);
  {
    const auto lock = folder->lock();
    ASSERT_TRUE(lock);
    EXPECT_FALSE(folder->lock()) << "gives up after a while";
  }
  EXPECT_TRUE(folder->lock());
}

}  // namespace
}  // namespace relprompt

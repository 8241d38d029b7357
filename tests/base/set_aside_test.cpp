// Folders that step aside for a new one: back after a failure, back after a kill at any point, gone in the
// end.
#include "base/set_aside.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "test_support.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(SetAside, ComesBackUnlessItIsDropped) {
  const test::TemporaryFolder place;
  write_file(place / "model/config.json", "old");
  {
    const SetAside older(place / "model");
    EXPECT_FALSE(fs::exists(place / "model"));
  }
  EXPECT_EQ(test::read_text(place / "model/config.json"), "old");
  SetAside older(place / "model");
  write_file(place / "model/config.json", "new");
  older.drop();
  EXPECT_EQ(test::read_text(place / "model/config.json"), "new");
  EXPECT_EQ(entries_in(place.path()), 1u);
}

TEST(SetAside, FilesOfOthersAreNotDropped) {
  const test::TemporaryFolder place;
  write_file(place / "model/config.json", "old");
  test::write_text(place / "model/notes.txt", "of a user");
  SetAside older(place / "model");
  write_file(place / "model/config.json", "new");
  older.drop();
  ASSERT_EQ(entries_in(place.path()), 2u);
  for (const auto& entry : fs::directory_iterator(place.path())) {
    if (entry.path().filename() == "model") continue;
    EXPECT_EQ(test::read_text(entry.path() / "notes.txt"), "of a user");
  }
}

/// Replaces place/model as far as `steps` say, then dies without any clean-up.
void replace_and_die(const fs::path& place, int steps) {
  const pid_t process = ::fork();
  if (process == 0) {
    auto* older = new SetAside(place / "model");
    if (steps > 0) write_file(place / "model/config.json", "new");
    if (steps > 1) older->drop();
    std::_Exit(0);
  }
  ::waitpid(process, nullptr, 0);
}

TEST(SetAside, AKillInTheMiddleIsRepaired) {
  for (int steps = 0; steps < 3; ++steps) {
    const test::TemporaryFolder place;
    write_file(place / "model/config.json", "old");
    write_file(place / "other/config.json", "untouched");
    replace_and_die(place.path(), steps);
    SetAside::repair(place / "other");
    SetAside::repair(place / "model");
    EXPECT_EQ(test::read_text(place / "model/config.json"), steps == 0 ? "old" : "new") << steps;
    EXPECT_EQ(test::read_text(place / "other/config.json"), "untouched");
    EXPECT_EQ(entries_in(place.path()), 2u) << steps;
  }
}

TEST(SetAside, IsNotRepairedWhileItIsInUse) {
  const test::TemporaryFolder place;
  write_file(place / "model/config.json", "old");
  SetAside older(place / "model");
  const pid_t process = ::fork();
  if (process == 0) {
    SetAside::repair(place / "model");
    std::_Exit(fs::exists(place / "model") ? 1 : 0);
  }
  int status = -1;
  ::waitpid(process, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace relprompt

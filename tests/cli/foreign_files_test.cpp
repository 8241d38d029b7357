// The rule of base/own_files.h for every command that writes: a file that relprompt did not write, or that
// was changed since, is neither replaced nor removed, with or without --force; the command says so by exit
// status 3 and the file's name. The commands are those that the program itself lists, so none can be
// forgotten.
#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>

#include "base/file_journal.h"
#include "program.h"
#include "tiny_experiments.h"
#include "tiny_model.h"
#include "tiny_pretraining.h"
#include "toy_run.h"
#include "writing_commands.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

/// Everything below a folder: what it is and what is in it.
std::map<std::string, std::string> tree(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    auto& what = all[entry.path().lexically_relative(folder).string()];
    if (entry.is_symlink()) {
      what = "link to " + fs::read_symlink(entry.path()).string();
    } else {
      what = entry.is_regular_file() ? "file: " + read_text(entry.path()) : "folder";
    }
  }
  return all;
}

class ForeignFiles : public testing::TestWithParam<Writer> {
 protected:
  ForeignFiles() {
    const std::string& command = GetParam().command;
    write_tiny_clip(place_.path());
    write_test_image(place_ / "a.png");
    if (command == "quantize" || command == "video")
      for (std::uint64_t i = 0; i < 2; ++i)
        write_test_image(place_ / ("images/" + std::to_string(i) + ".png"), 64, 64, i);
    if (command == "train" || command == "eval" || command == "data check") {
      write_toy_set(place_ / "set", 10, 3);
      write_toy_clip(place_ / "clip");
      write_text(place_ / "toy.yaml", toy_config());
    }
    if (command == "pretrain") write_text(place_ / "tiny.yaml", tiny_pretraining());
    if (command == "experiments") write_tiny_experiments(place_.path());
    if (command == "analyze attention") write_toy_prompts();
  }

  /// A model with prompts: attention maps need some.
  void write_toy_prompts() const {
    write_toy_set(place_ / "set", 10, 3);
    write_toy_clip(place_ / "clip");
    write_text(place_ / "toy.yaml", toy_config());
    ASSERT_EQ(
        place_.run(words_of("train toy.yaml --clip clip --data set --set train.iterations=3 -o run")).status,
        0);
    fs::rename(place_ / "run/last", place_ / "random");
    // Its CLIP is named relative to where it was made.
    auto config = read_text(place_ / "random/config.json");
    const std::string old = "../../clip";
    config.replace(config.find(old), old.size(), "../clip");
    write_text(place_ / "random/config.json", config);
  }

  Outcome run(const std::string& more = "") const {
    return place_.run(words_of(GetParam().command + " " + GetParam().arguments + " " + more));
  }

  /// Runs the command, or takes the names that it is known to write: files below out/.
  std::vector<std::string> learn() const {
    if (!GetParam().names.empty()) return GetParam().names;
    const auto outcome = run();
    EXPECT_EQ(outcome.status, 0) << outcome;
    std::vector<std::string> names;
    for (const auto& name : place_.files("out"))
      if (name.back() != '/') names.push_back(name);
    return names;
  }

  /// Expects the refusal, one of the names in it, and out/ as it was.
  void expect_refused(const std::vector<std::string>& names, const std::string& more) const {
    const auto before = tree(place_ / "out");
    const auto outcome = run(more);
    EXPECT_EQ(outcome.status, 3) << more << outcome;
    const bool named = std::any_of(names.begin(), names.end(), [&](const auto& name) {
      return outcome.err.find(name) != std::string::npos ||
             outcome.err.find(fs::path(name).begin()->string()) != std::string::npos;
    });
    EXPECT_TRUE(named) << more << outcome;
    EXPECT_TRUE(tree(place_ / "out") == before) << more << outcome;
  }

  void write_foreign(const std::string& name) const {
    write_text(place_ / "out" / name, "of a user: " + name);
  }

  Workplace place_;
};

TEST_P(ForeignFiles, StayWithAndWithoutForce) {
  const auto names = learn();
  ASSERT_FALSE(names.empty());
  fs::remove_all(place_ / "out");
  for (const auto& name : names) write_foreign(name);
  expect_refused(names, "");
  expect_refused(names, "--force");
}

TEST_P(ForeignFiles, EachOneAloneIsNamed) {
  constexpr std::size_t kMost = 6;  // of those directly in the output; every one is a start of the program
  std::size_t tried = 0;
  for (const auto& name : learn()) {
    if (name.find('/') != std::string::npos || tried++ == kMost) continue;
    fs::remove_all(place_ / "out");
    write_foreign(name);
    expect_refused({name}, "--force");
  }
}

TEST_P(ForeignFiles, LinksAndFoldersCountToo) {
  const auto name = learn().front();
  fs::remove_all(place_ / "out");
  write_text(place_ / "elsewhere", "of a user");
  fs::create_directories((place_ / "out" / name).parent_path());
  fs::create_symlink(place_ / "elsewhere", place_ / "out" / name);
  expect_refused({name}, "--force");
  EXPECT_EQ(read_text(place_ / "elsewhere"), "of a user");
  fs::remove(place_ / "out" / name);
  fs::create_directory(place_ / "out" / name);
  expect_refused({name}, "--force");
}

TEST_P(ForeignFiles, OwnOnesAreReplacedAndEditedOnesAreNot) {
  if (!GetParam().names.empty()) GTEST_SKIP() << "the model folder of import stands for it";
  const auto names = learn();
  ASSERT_FALSE(names.empty());
  if (GetParam().again == Again::kNeedsForce) {
    expect_refused(names, "");
  } else {
    const auto again = run();
    EXPECT_EQ(again.status, 0) << again;
  }
  const auto forced = run("--force");
  EXPECT_EQ(forced.status, 0) << forced;
  const auto in_front = std::find_if(names.begin(), names.end(),
                                     [](const auto& name) { return name.find('/') == std::string::npos; });
  const std::string edited = in_front == names.end() ? names.front() : *in_front;
  write_text(place_ / "out" / edited, read_text(place_ / "out" / edited) + " ");
  expect_refused({edited}, "--force");
}

std::string title_of(const testing::TestParamInfo<Writer>& info) {
  std::string title;
  for (const char c : info.param.command)
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) title += c;
  return title;
}

INSTANTIATE_TEST_SUITE_P(Commands, ForeignFiles, testing::ValuesIn(writers()), title_of);

/// The first words of the lines in the part of a help text that has this heading.
std::vector<std::string> listed(const std::string& help, const std::string& heading) {
  std::vector<std::string> words;
  std::istringstream lines(help.substr(std::min(help.size(), help.find(heading + ":\n"))));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && !line.empty())
    if (line.size() > 2 && line[0] == ' ' && line[2] != ' ') words.push_back(words_of(line).front());
  return words;
}

TEST(ForeignFilesOfCommands, EveryCommandIsKnownToWriteOrNot) {
  auto known = read_only_commands();
  for (const auto& writer : writers()) known.insert(writer.command);
  known.insert("merge");   // needs shards: shard_merge_test.cpp
  known.insert("raster");  // needs GDAL: raster_test.cpp
  const Workplace place;
  const auto commands = listed(place.run({"--help"}).out, "Commands");
  EXPECT_GE(commands.size(), 14u);
  for (const auto& command : commands) {
    const auto help = place.run({command, "--help"}).out;
    auto kinds = listed(help, "Kinds");
    for (const auto& kind : listed(help, "Commands")) kinds.push_back(kind);
    if (kinds.empty()) {
      EXPECT_EQ(known.count(command), 1u) << command << ": does it write? Then it belongs into writers()";
    }
    for (const auto& kind : kinds) EXPECT_EQ(known.count(command + " " + kind), 1u) << command << " " << kind;
  }
}

TEST(ForeignFilesOfCommands, WritersHaveTheFlagAndTheOthersNone) {
  const Workplace place;
  for (const auto& writer : writers()) {
    auto words = words_of(writer.command);
    if (words.back() == "--sheet") words.pop_back();
    words.emplace_back("--help");
    EXPECT_THAT(place.run(words).out, HasSubstr("--force")) << writer.command;
  }
  for (const auto& command : read_only_commands())
    EXPECT_THAT(place.run({command, "--help"}).out, testing::Not(HasSubstr("--force"))) << command;
}

}  // namespace
}  // namespace relprompt::test

// relprompt world: sets and sheets on disk, equal for any number of threads, and clear refusals.
#include <filesystem>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "relprompt/classes.h"
#include "relprompt/image.h"

#include "program.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> world_with(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"world", "--scenes", "10", "--seed", "3", "--size", "32"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(World, WritesADataSet) {
  const Workplace place;
  const Outcome outcome = place.run(world_with({"-o", "set"}));
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("wrote 10 scenes to set: 8 to train with, 2 to test"));
  EXPECT_THAT(place.files("set"),
              testing::IsSupersetOf({"images/train/00008.png", "masks/train/00008.png",
                                     "images/val/00002.png", "masks/val/00002.png", "captions.jsonl",
                                     "classes.txt", "unseen.txt", "README.txt", "world.json"}));
  EXPECT_EQ(place.files("set").size(), 2u * 10 + 5);
  EXPECT_EQ(read_class_file(place / "set/classes.txt").size(), 68u);
  EXPECT_EQ(read_image(place / "set/images/val/00002.png").width, 32);
}

TEST(World, ThreadsDoNotMatter) {
  const Workplace place;
  ASSERT_EQ(place.run(world_with({"-o", "one", "--threads", "1", "-q"})).status, 0);
  ASSERT_EQ(place.run(world_with({"-o", "two", "--threads", "2", "-q"})).status, 0);
  const auto files = place.files("one");
  ASSERT_EQ(place.files("two"), files);
  for (const std::string& file : files)
    EXPECT_TRUE(read_text(place / ("one/" + file)) == read_text(place / ("two/" + file))) << file;
}

TEST(World, QuietSaysNothingAndJsonTellsAll) {
  const Workplace place;
  const Outcome quiet = place.run(world_with({"-o", "set", "-q"}));
  EXPECT_EQ(quiet.status, 0) << quiet;
  EXPECT_THAT(quiet.out + quiet.err, IsEmpty());
  const Outcome again = place.run(world_with({"-o", "set", "-q", "--json"}));
  ASSERT_EQ(again.status, 0) << again;
  const json document = json::parse(again.out);
  EXPECT_EQ(document["kept"], 10);
  EXPECT_EQ(document["made"], 0);
  EXPECT_EQ(document["complete"], true);
  EXPECT_EQ(document["recipe"]["size"], 32);
}

TEST(World, DrawsASheet) {
  const Workplace place;
  for (const char* file : {"sheet.png", "sheet.jpg"}) {
    const Outcome outcome = place.run({"world", "--sheet", file, "--size", "32"});
    ASSERT_EQ(outcome.status, 0) << outcome;
    EXPECT_GT(read_image(place / file).width, 8 * 32);
  }
}

TEST(World, AnInterruptedSetGoesOn) {
  const Workplace place;
  ASSERT_EQ(place.run(world_with({"-o", "set", "-q"})).status, 0);
  fs::remove(place / "set/classes.txt");
  fs::remove(place / "set/masks/train/00003.png");
  const Outcome outcome = place.run(world_with({"-o", "set"}));
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("9 of them made before"));
  EXPECT_THAT(place.files("set"), Contains("classes.txt"));
}

TEST(World, RefusesOtherPeoplesFolders) {
  const Workplace place;
  write_text(place / "note.txt", "mine");
  const Outcome outcome = place.run(world_with({"-o", "."}));
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("is not empty (note.txt) and no set of the world"));
  EXPECT_EQ(place.files(".").size(), 1u);
}

TEST(World, RefusesBadOptions) {
  const Workplace place;
  const auto expect_refused = [&](const std::vector<std::string>& options, const std::string& fragment) {
    std::vector<std::string> arguments = {"world", "-o", "set"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = place.run(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(fragment));
    EXPECT_THAT(place.files("."), IsEmpty());
  };
  expect_refused({"--scenes", "0"}, "--scenes: 0 is not a number from 1");
  expect_refused({"--size", "7"}, "--size: 7 is not a number from 32 to 1024");
  expect_refused({"--seed", "-3"}, "--seed: -3 is not a number from 0");
  expect_refused({"--split", "compositionl"}, "did you mean compositional?");
  expect_refused({"--min-objects", "3", "--max-objects", "2"}, "at least 3 objects and at most 2");
  expect_refused({"--train-share", "1.5"}, "--train-share");
  expect_refused({"--threads", "0"}, "--threads");
  expect_refused({"--sheet", "sheet.gif"}, "ends in .png or .jpg");
  const Outcome nothing = place.run({"world"});
  EXPECT_EQ(nothing.status, 2) << nothing;
  EXPECT_THAT(nothing.err, HasSubstr("there is nothing to write"));
  const Outcome no_set = place.run({"world", "--sheet", "sheet.png", "--json"});
  EXPECT_EQ(no_set.status, 2) << no_set;
  EXPECT_THAT(no_set.err, HasSubstr("add -o DIR"));
}

TEST(World, ScenesInMotionAreFramesWithTheirMasks) {
  const Workplace place;
  const std::vector<std::string> command = {"world",   "--moving", "3",  "--size", "32",
                                            "--speed", "2",        "-o", "out"};
  const auto outcome = place.run(command);
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("wrote 3 frames to out"));
  EXPECT_THAT(
      place.files("out"),
      testing::ElementsAre("classes.txt", "frames/000001.png", "frames/000002.png", "frames/000003.png",
                           "truth/000001.png", "truth/000002.png", "truth/000003.png"));
  const auto first = read_text(place / "out/frames/000001.png");
  ASSERT_EQ(place.run(command).status, 0) << "its own files are replaced";
  EXPECT_EQ(read_text(place / "out/frames/000001.png"), first);
  write_text(place / "out/truth/000002.png", "mine");
  EXPECT_EQ(place.run(command).status, 3);
  EXPECT_EQ(read_text(place / "out/truth/000002.png"), "mine");
  EXPECT_EQ(place.run({"world", "--moving", "3"}).status, 2);
  EXPECT_EQ(place.run({"world", "--moving", "3", "--speed", "99", "-o", "out"}).status, 2);
}

}  // namespace
}  // namespace relprompt::test

// Sets on disk: read back as a data set, equal for every number of threads, resumed and never mixed.
#include "world/write_set.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

#include "base/file_journal.h"
#include "data/dataset.h"
#include "test_support.h"
#include "world/caption.h"
#include "world/scene.h"
#include "world/set_recipe.h"

namespace relprompt::world {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

SetRecipe small_set() {
  SetRecipe recipe;
  recipe.seed = 3;
  recipe.train = 5;
  recipe.val = 2;
  recipe.options.size = 32;
  return recipe;
}

/// [path below the folder] bytes.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename() != kJournalName)
      files[entry.path().lexically_relative(folder).generic_string()] = test::read_text(entry.path());
  return files;
}

TEST(WriteSet, IsADataSetOfTheScenes) {
  const test::TemporaryFolder place;
  const SetRecipe recipe = small_set();
  const WrittenSet written = write_set(place / "set", recipe, 2);
  EXPECT_TRUE(written.complete);
  EXPECT_EQ(written.made, 7u);
  EXPECT_EQ(written.kept, 0u);
  std::uint64_t index = 0;
  for (const auto& [split, scenes] : {std::pair<const char*, std::size_t>{"train", 5}, {"val", 2}}) {
    data::DatasetSpec spec;
    spec.kind = "folder";
    spec.root = place / "set";
    spec.split = split;
    const auto dataset = data::open_dataset(spec);
    ASSERT_EQ(dataset->size(), scenes);
    EXPECT_EQ(dataset->classes().names, class_list().names);
    EXPECT_TRUE(dataset->unpaired().empty());
    for (std::size_t at = 0; at < scenes; ++at) {
      const data::Sample sample = dataset->get(at);
      const Scene scene = make_scene(recipe.seed, index++, recipe.options);
      EXPECT_EQ(sample.name, "0000" + std::to_string(at + 1));
      EXPECT_EQ(sample.image.rgb, scene.image.rgb);
      EXPECT_EQ(sample.labels.labels, scene.labels.labels);
    }
  }
}

TEST(WriteSet, DescribesItself) {
  const test::TemporaryFolder place;
  const SetRecipe recipe = small_set();
  write_set(place / "set", recipe, 1);
  std::istringstream captions(test::read_text(place / "set/captions.jsonl"));
  std::string line;
  for (std::uint64_t index = 0; index < 7; ++index) {
    ASSERT_TRUE(std::getline(captions, line));
    const auto entry = nlohmann::json::parse(line);
    EXPECT_EQ(entry["file"], index < 5 ? "images/train/0000" + std::to_string(index + 1) + ".png"
                                       : "images/val/0000" + std::to_string(index - 4) + ".png");
    const Caption expected = caption(make_scene(recipe.seed, index, recipe.options), index);
    EXPECT_EQ(entry["caption"], expected.text);
    ASSERT_EQ(entry["classes"].size(), expected.labels.size());
    EXPECT_EQ(entry["classes"][0], title_of(expected.labels[0]));
  }
  EXPECT_FALSE(std::getline(captions, line));
  const std::string unseen = test::read_text(place / "set/unseen.txt");
  EXPECT_EQ(std::count(unseen.begin(), unseen.end(), '\n'), 16);
  EXPECT_THAT(unseen, HasSubstr("red level\n"));
  const std::string read_me = test::read_text(place / "set/README.txt");
  EXPECT_THAT(read_me, HasSubstr("unseen: [red level, "));
  EXPECT_THAT(read_me, HasSubstr("    test:\n      kind: folder\n      split: val\n"));
  const auto recipe_file = nlohmann::json::parse(test::read_text(place / "set/world.json"));
  EXPECT_EQ(recipe_file["seed"], 3);
  EXPECT_EQ(recipe_file["train"], 5);
  EXPECT_EQ(recipe_file["split"], "compositional");
}

TEST(WriteSet, WithoutSplitOrTestScenesSaysSo) {
  const test::TemporaryFolder place;
  SetRecipe recipe = small_set();
  recipe.split = "none";
  recipe.val = 0;
  write_set(place / "set", recipe, 1);
  EXPECT_EQ(test::read_text(place / "set/unseen.txt"), "");
  const std::string read_me = test::read_text(place / "set/README.txt");
  EXPECT_THAT(read_me, HasSubstr("unseen: []"));
  EXPECT_THAT(read_me, Not(HasSubstr("test:")));
  EXPECT_FALSE(fs::exists(place / "set/images/val"));
}

TEST(WriteSet, BytesAreEqualForEveryNumberOfThreads) {
  const test::TemporaryFolder place;
  write_set(place / "one", small_set(), 1);
  write_set(place / "two", small_set(), 2);
  write_set(place / "three", small_set(), 3);
  const auto one = contents(place / "one");
  EXPECT_EQ(one.size(), 7u * 2 + 5);
  EXPECT_TRUE(contents(place / "two") == one);
  EXPECT_TRUE(contents(place / "three") == one);
}

TEST(WriteSet, AStoppedOneGoesOn) {
  const test::TemporaryFolder place;
  std::uint64_t calls = 0;
  const WrittenSet stopped = write_set(place / "set", small_set(), 1, [&](const WrittenSet& so_far) {
    EXPECT_EQ(so_far.made, ++calls);
    return so_far.made < 3;
  });
  EXPECT_FALSE(stopped.complete);
  EXPECT_EQ(stopped.made, 3u);
  EXPECT_FALSE(fs::exists(place / "set/classes.txt")) << "a half set must not open";
  fs::remove(place / "set/masks/train/00002.png");
  const WrittenSet rest = write_set(place / "set", small_set(), 2);
  EXPECT_TRUE(rest.complete);
  EXPECT_EQ(rest.kept, 2u);
  EXPECT_EQ(rest.made, 5u);
  write_set(place / "whole", small_set(), 1);
  EXPECT_TRUE(contents(place / "set") == contents(place / "whole"));
}

TEST(WriteSet, RefusesFoldersOfOthers) {
  const test::TemporaryFolder place;
  test::write_text(place / "note.txt", "mine");
  EXPECT_ERROR(write_set(place.path(), small_set(), 1), ErrorCode::kNotWritable,
               "is not empty (note.txt) and no set of the world");
  EXPECT_ERROR(write_set(place / "note.txt", small_set(), 1), ErrorCode::kNotWritable,
               "cannot be used as a folder");
  write_set(place / "set", small_set(), 1);
  const auto before = contents(place / "set");
  SetRecipe other = small_set();
  other.seed = 4;
  EXPECT_ERROR(write_set(place / "set", other, 1), ErrorCode::kNotWritable,
               "is of another set: seed 3 there, 4 asked for");
  EXPECT_TRUE(contents(place / "set") == before);
  test::write_text(place / "set/world.json", "{broken");
  EXPECT_ERROR(write_set(place / "set", small_set(), 1), ErrorCode::kNotWritable, "is of another set: ");
  test::write_text(place / "set/world.json", "{\"format\": \"" + std::string(5000, 'x') + "\"}");
  EXPECT_ERROR(write_set(place / "set", small_set(), 1), ErrorCode::kNotWritable,
               "... there, \"relprompt world\" asked for");
  EXPECT_EQ(test::read_text(place / "note.txt"), "mine");
}

TEST(WriteSet, KeepsAndReplacesOnlyScenesOfItsOwn) {
  const test::TemporaryFolder place;
  write_set(place / "set", small_set(), 1, [](const WrittenSet& so_far) { return so_far.made < 2; });
  test::write_text(place / "set/images/train/00004.png", "a photo of a user");
  EXPECT_ERROR(write_set(place / "set", small_set(), 1, {}, true), ErrorCode::kNotWritable, "00004.png");
  EXPECT_EQ(test::read_text(place / "set/images/train/00004.png"), "a photo of a user");
  fs::remove(place / "set/images/train/00004.png");
  EXPECT_TRUE(write_set(place / "set", small_set(), 1).complete);
}

TEST(WriteSet, AnotherSetIsReplacedAsAWholeOrNotAtAll) {
  const test::TemporaryFolder place;
  SetRecipe other = small_set();
  other.train = 2;
  write_set(place / "set", small_set(), 1);
  test::write_text(place / "set/masks/val/notes.txt", "mine");
  const auto before = contents(place / "set");
  EXPECT_ERROR(write_set(place / "set", other, 1), ErrorCode::kNotWritable, "--force");
  EXPECT_ERROR(write_set(place / "set", other, 1, {}, true), ErrorCode::kNotWritable, "notes.txt");
  EXPECT_TRUE(contents(place / "set") == before);
  fs::remove(place / "set/masks/val/notes.txt");
  EXPECT_TRUE(write_set(place / "set", other, 1, {}, true).complete);
  write_set(place / "fresh", other, 1);
  EXPECT_TRUE(contents(place / "set") == contents(place / "fresh"));
}

TEST(WriteSet, RefusesBadRecipesBeforeItMakesAFolder) {
  const test::TemporaryFolder place;
  const auto attempt = [&](auto change, int threads = 1) {
    SetRecipe recipe = small_set();
    change(recipe);
    write_set(place / "set", recipe, threads);
  };
  EXPECT_ERROR(attempt([](SetRecipe& r) { r.train = r.val = 0; }), ErrorCode::kBadArgument,
               "expected 1 to 1000000");
  EXPECT_ERROR(attempt([](SetRecipe& r) { r.train = ~std::uint64_t{0}; }), ErrorCode::kBadArgument, "in all");
  EXPECT_ERROR(attempt([](SetRecipe& r) { r.val = kMostScenes; }), ErrorCode::kBadArgument, "in all");
  EXPECT_ERROR(attempt([](SetRecipe& r) { r.options.size = 7; }), ErrorCode::kBadArgument,
               "size of a scene is 7");
  EXPECT_ERROR(attempt([](SetRecipe& r) { r.split = "odd"; }), ErrorCode::kBadArgument, "no split 'odd'");
  EXPECT_ERROR(attempt([](SetRecipe&) {}, 0), ErrorCode::kBadArgument, "0 threads");
  EXPECT_FALSE(fs::exists(place / "set"));
}

TEST(WriteSet, AFailingWriteComesOut) {
  const test::TemporaryFolder place;
  write_set(place / "set", small_set(), 1);
  fs::remove_all(place / "set/images/train");
  test::write_text(place / "set/images/train", "a file where a folder should be");
  EXPECT_ERROR(write_set(place / "set", small_set(), 2), ErrorCode::kNotWritable, "images/train");
}

TEST(WriteSet, WhatAKilledProcessLeftBlocksNothingAndGoes) {
  const test::TemporaryFolder place;
  const SetRecipe recipe = small_set();
  const char* stale = ".relprompt-0123456789abcdef.tmp";
  test::write_text(place / "set" / stale, "{");  // killed at its very first file
  EXPECT_TRUE(write_set(place / "set", recipe, 1).complete);
  EXPECT_FALSE(fs::exists(place / "set" / stale));
  test::write_text(place / "other" / stale, "{");
  test::write_text(place / "other/images/train" / stale, "half");
  test::write_text(place / "other/world.json", as_json(recipe));
  EXPECT_TRUE(write_set(place / "other", recipe, 1).complete);
  EXPECT_FALSE(fs::exists(place / "other" / stale));
  EXPECT_FALSE(fs::exists(place / "other/images/train" / stale));
}

}  // namespace
}  // namespace relprompt::world

// relprompt data check: sound and faulty sets, where a config's parts come from, and every way to ask
// wrongly.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "program.h"
#include "set_maker.h"

namespace relprompt::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// Two classes, one image for training and two for testing.
void make_set(const std::filesystem::path& root) {
  write_text(root / "classes.txt", "road\ntree\n");
  for (const char* name : {"train/a", "val/b", "val/c"}) {
    add_image(root / "images" / (std::string(name) + ".jpg"), 1, 3);
    add_mask(root / "masks" / (std::string(name) + ".png"), 3, {0, 1, 255});
  }
}

const char* const kConfig =
    "# a comment\nprotocol: supervised\ndata:\n  train: {kind: folder, split: train}\n  test: {kind: "
    "folder}\n"
    "train:\n  iterations: 5\n";

TEST(DataCheck, ASoundSetAsText) {
  const Workplace place;
  make_set(place / "set");
  write_text(place / "c.yaml", kConfig);
  const Outcome outcome = place.run({"data", "check", "c.yaml", "--data", "set"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("train: folder, split train, set\n1 samples, 1 of them sound"));
  EXPECT_THAT(outcome.out, HasSubstr("test: folder, split val, set\n2 samples, 2 of them sound"));
  EXPECT_THAT(outcome.out, HasSubstr("nothing is wrong"));
  EXPECT_THAT(outcome.err, HasSubstr("2/2 images"));
  EXPECT_EQ(place.run({"data", "check", "c.yaml", "--data", "set", "--quiet"}).err, "");
}

TEST(DataCheck, SheetsShowSomeSamplesOfEachPart) {
  const Workplace place;
  make_set(place / "set");
  write_text(place / "c.yaml", kConfig);
  const Outcome both = place.run({"data", "check", "c.yaml", "--data", "set", "--sheet", "look/sheet.png"});
  EXPECT_EQ(both.status, 0) << both;
  EXPECT_THAT(both.err, HasSubstr("look/sheet-train.png"));
  EXPECT_EQ(place.files("look"), (std::vector<std::string>{"sheet-test.png", "sheet-train.png"}));
  place.run({"data", "check", "c.yaml", "--data", "set", "--part", "test", "--sheet", "one/sheet.png"});
  EXPECT_EQ(place.files("one"), std::vector<std::string>{"sheet.png"});
}

TEST(DataCheck, AFaultySetAsJson) {
  const Workplace place;
  make_set(place / "set");
  add_mask(place / "set/masks/val/b.png", 3, {0, 1, 2});
  add_image(place / "set/images/val/d.jpg", 1, 1);
  const Outcome outcome = place.run({"data", "check", "folder", "--data", "set", "--json", "--threads", "3"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("error: the data set is not clean: test\n"));
  const json document = json::parse(outcome.out);
  EXPECT_EQ(document["train"]["clean"], true);
  EXPECT_EQ(document["test"]["clean"], false);
  EXPECT_EQ(document["test"]["samples"], 3);
  EXPECT_EQ(document["test"]["sound"], 1);
  EXPECT_EQ(document["test"]["bad_labels"]["count"], 1);
  EXPECT_EQ(document["test"]["missing"]["count"], 1);
  const Outcome clean = place.run({"data", "check", "folder", "--data", "set", "--json", "--part", "train"});
  EXPECT_EQ(clean.status, 0) << clean;
  EXPECT_FALSE(json::parse(clean.out).contains("test"));
}

TEST(DataCheck, RootsAndChangesComeFromTheConfigToo) {
  const Workplace place;
  make_set(place / "set");
  write_text(place / "c.yaml", std::string(kConfig) + "paths: {data: set, clip: nowhere}\n");
  EXPECT_EQ(place.run({"data", "check", "c.yaml"}).status, 0);
  const Outcome own = place.run(
      {"data", "check", "c.yaml", "--data", "none", "--set", "data.train.root=set", "--part", "train"});
  EXPECT_EQ(own.status, 0) << own;
  const Outcome other = place.run({"data", "check", "folder", "--set", "data.test.split=train", "--part",
                                   "test", "--set", "data.test.root=set", "--json"});
  EXPECT_EQ(json::parse(other.out)["test"]["samples"], 1) << other;
}

TEST(DataCheck, AMissingFolderShowsTheExpectedTree) {
  const Workplace place;
  make_set(place / "set");
  std::filesystem::remove_all(place / "set/masks");
  const Outcome outcome = place.run({"data", "check", "folder", "--data", "set"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("no folder masks/train"));
  EXPECT_THAT(outcome.err, HasSubstr("images/train/*.jpg  the images (found)"));
  EXPECT_THAT(outcome.err, HasSubstr("the labels (missing)"));
  EXPECT_EQ(outcome.out, "");
}

void expect_refused(const Workplace& place, std::vector<std::string> arguments, const std::string& fragment,
                    int status = 2) {
  arguments.insert(arguments.begin(), {"data", "check"});
  const Outcome outcome = place.run(arguments);
  EXPECT_EQ(outcome.status, status) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr(fragment));
  EXPECT_EQ(outcome.out, "");
}

TEST(DataCheck, WrongConfigsNameFileAndKey) {
  const Workplace place;
  make_set(place / "set");
  write_text(place / "c.yaml", kConfig);
  write_text(place / "typo.yaml", "data:\n  tset: {kind: folder}\n");
  write_text(place / "section.yaml", std::string(kConfig) + "optimiser: {}\n");
  write_text(place / "broken.yaml", "data:\n  train: {kind: folder\nx\n");
  write_text(place / "empty.yaml", "");
  expect_refused(place, {"typo.yaml"}, "typo.yaml 'data': unknown key 'tset'; did you mean test?");
  expect_refused(place, {"section.yaml"}, "section.yaml: unknown key 'optimiser'; did you mean optimizer?");
  expect_refused(place, {"broken.yaml"}, "broken.yaml:");
  expect_refused(place, {"empty.yaml"}, "has no part 'train' or 'test'");
  expect_refused(place, {"c.yaml"}, "'data' 'train' has no root\n  say where the data set is: --data DIR");
  expect_refused(place, {"c.yaml", "--set", "data.train=", "--part", "train"}, "has no part 'train'");
  expect_refused(place, {"c.yaml", "--set", "data.train.kind=voc-2"}, "did you mean voc-20?");
  expect_refused(place, {"c.yaml", "--set", "data.train.kind"}, "no \"=\"");
  expect_refused(place, {"c.yaml", "--part", "val"}, "--part: unknown value \"val\"");
  expect_refused(place, {"none.yaml"}, "neither a config file nor a kind of data set", 3);
  expect_refused(place, {"foldre"}, "did you mean folder?", 3);
}

TEST(DataCheck, WrongCommandLines) {
  const Workplace place;
  expect_refused(place, {}, "no config is given");
  expect_refused(place, {"folder", "--dta", "x"},
                 "--dta; did you mean --data?\n  `relprompt data check --help`");
  expect_refused(place, {"folder", "x"}, "one argument too many: x");
  expect_refused(place, {"folder", "--threads", "0"}, "--threads");
  const Outcome none = place.run({"data"});
  EXPECT_EQ(none.status, 2) << none;
  EXPECT_THAT(none.err, HasSubstr("relprompt data check CONFIG"));
  const Outcome unknown = place.run({"data", "chek"});
  EXPECT_EQ(unknown.status, 2) << unknown;
  EXPECT_THAT(unknown.err, HasSubstr("unknown command: chek; did you mean check?"));
  EXPECT_THAT(place.run({"data", "--help"}).out, Not(HasSubstr("relprompt import")));
}

TEST(DataCheck, CamVidByItsConfig) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const std::string config = std::string(RELPROMPT_SOURCE_DIR) + "/configs/camvid.yaml";
  const Outcome outcome =
      Workplace().run({"data", "check", config, "--data", (shared / "camvid").string(), "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  const json document = json::parse(outcome.out);
  EXPECT_EQ(document["train"]["samples"], 367);
  EXPECT_EQ(document["test"]["samples"], 101);
  EXPECT_EQ(document["test"]["classes"].size(), 11u);
}

}  // namespace
}  // namespace relprompt::test

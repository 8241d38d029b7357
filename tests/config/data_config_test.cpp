// The `data` section: defaults, refusals, the way back to YAML, and the split that it asks for.
#include "config/data_config.h"

#include "config/document.h"
#include "config/yaml.h"
#include "test_support.h"

namespace relprompt::config {
namespace {

DataConfig data_of(const std::string& yaml) {
  const auto document = parse_document(yaml, "c.yaml");
  return read_data(JsonFields(document, "c.yaml 'data'", ErrorCode::kBadArgument));
}

TEST(DataConfig, EmptySectionHasTheDefaults) {
  const DataConfig data = data_of("");
  EXPECT_FALSE(data.train);
  EXPECT_FALSE(data.test);
  EXPECT_FALSE(data.unseen);
  EXPECT_EQ(data.held_out, 0.05);
  EXPECT_EQ(data.train_samples, 0u);
  const DataConfig kinds = data_of("train: {kind: voc-20}\ntest: {kind: folder}\n");
  EXPECT_EQ(kinds.train->split, "train");
  EXPECT_EQ(kinds.test->split, "val");
  EXPECT_EQ(kinds.test->max_pixels, kMaxDecodedPixels);
}

TEST(DataConfig, EveryKeyIsReadAndWritten) {
  const std::string yaml =
      "train:\n  kind: coco-stuff-171\n  root: /data\n  split: tiny\n  images: i\n  masks: m\n  list: l.txt\n"
      "  classes: c.txt\n  encoding: raw\n  max_pixels: 1000\n  bands: [4, 3, 2]\n  range: [0, "
      "4095]\ntest:\n  kind: folder\nheld_out: 0.5\n"
      "train_samples: 8\nunseen: [cow, \"no\"]\n";
  const DataConfig data = data_of(yaml);
  ASSERT_TRUE(data.train);
  EXPECT_EQ(data.train->kind, "coco-stuff-171");
  EXPECT_EQ(data.train->root, "/data");
  EXPECT_EQ(data.train->split, "tiny");
  EXPECT_EQ(data.train->images, "i");
  EXPECT_EQ(data.train->masks, "m");
  EXPECT_EQ(data.train->list, "l.txt");
  EXPECT_EQ(data.train->classes, "c.txt");
  EXPECT_EQ(data.train->encoding, "raw");
  EXPECT_EQ(data.train->max_pixels, 1000u);
  EXPECT_EQ(data.train->decoding().bands, (std::vector<int>{4, 3, 2}));
  ASSERT_TRUE(data.train->decoding().range);
  EXPECT_EQ(data.train->decoding().range->max, 4095);
  EXPECT_EQ(data.train->decoding().max_decoded_pixels, 1000u);
  EXPECT_EQ(data.held_out, 0.5);
  EXPECT_EQ(data.train_samples, 8u);
  EXPECT_EQ(data.unseen, (std::vector<std::string>{"cow", "no"}));
  const auto written = to_json(data);
  EXPECT_EQ(to_json(data_of(to_yaml(written))), written);
  const auto empty = to_json(DataConfig());
  EXPECT_EQ(to_json(data_of(to_yaml(empty))), empty);
}

TEST(DataConfig, RefusalsNameTheKey) {
  const auto bad = [](const std::string& yaml, const std::string& fragment) {
    EXPECT_ERROR(data_of(yaml), ErrorCode::kBadArgument, fragment);
  };
  bad("train: {split: val}", "c.yaml 'data' 'train': 'kind' is missing");
  bad("train: {kind: voc20}", "found \"voc20\"; did you mean voc-20?");
  bad("test: {kind: folder, slpit: val}", "'test': unknown key 'slpit'; did you mean split?");
  bad("test: {kind: coco-stuff-171, encoding: rgb}", "'encoding' should be one of");
  bad("test: {kind: folder, max_pixels: 0}", "'max_pixels'");
  bad("test: {kind: folder, bands: [1, 2]}", "bands 1,2");
  bad("test: {kind: folder, bands: [0, 1, 2]}", "'bands'");
  bad("test: {kind: folder, range: [9, 3]}", "range 9,3");
  bad("test: folder", "'test': expected keys with values");
  bad("held_out: 0.6", "'held_out' should be a number from 0 to 0.5");
  bad("train_samples: -1", "'train_samples'");
  bad("unseen: cow", "'unseen' should be a list of texts");
  bad("heldout: 0", "unknown key 'heldout'; did you mean held_out?");
}

ClassList animals() {
  ClassList classes;
  classes.names = {{"cow", "cattle"}, {"sheep"}, {"horse"}};
  classes.seen = {true, true, false};
  return classes;
}

TEST(DataConfig, SplitOfTheConfigReplacesThatOfTheSet) {
  DataConfig data;
  EXPECT_EQ(with_split(animals(), data).seen, animals().seen);
  data.unseen = std::vector<std::string>{};
  EXPECT_TRUE(with_split(animals(), data).seen.empty());
  data.unseen = {"cow", "sheep"};
  const ClassList split = with_split(animals(), data);
  EXPECT_EQ(split.seen, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(split.names, animals().names);
}

TEST(DataConfig, AClassIsFoundByItsOtherNamesToo) {
  auto classes = animals();
  EXPECT_EQ(label_called("cattle", classes, "'key'"), 0u);
  classes.titles = {"cow", "sheep", "cattle"};
  EXPECT_EQ(label_called("cattle", classes, "'key'"), 2u) << "titles go before names";
  classes.titles = {"cow", "sheep", "nag"};
  EXPECT_EQ(label_called("horse", classes, "'key'"), 2u);
  classes.background = 2;  // whose names are phrases
  EXPECT_ERROR(label_called("horse", classes, "'key'"), ErrorCode::kBadClassList,
               "'key': the data set has no class \"horse\"");
  EXPECT_EQ(label_called("diningtable", vocabulary("context-59").classes, "'key'"), 49u);
}

TEST(DataConfig, BadSplitsAreNamed) {
  const auto bad = [](const std::vector<std::string>& unseen, const std::string& fragment) {
    DataConfig data;
    data.unseen = unseen;
    EXPECT_ERROR(with_split(animals(), data), ErrorCode::kBadClassList, fragment);
  };
  bad({"sheeep"}, "no class \"sheeep\"; did you mean sheep?");
  bad({"cow", "cow"}, "\"cow\" occurs twice");
  bad({"cow", "sheep", "horse"}, "some must stay seen");
}

}  // namespace
}  // namespace relprompt::config

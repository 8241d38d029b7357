// Settings by head: what a config says of one head lies over the rest, and the configs that the project
// brings all parse for each of their heads.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/run_config.h"
#include "test_support.h"

namespace relprompt::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

constexpr const char* kConfig = R"(
protocol: training_free
data: {test: {kind: voc-21}}
templates: imagenet
names: max
class_names: {boat: [ship, vessel]}
head: scclip
test: {short_side: 336, window: 224, stride: 112, logit_scale: 50, unknown: 0.15, min_area: 0.1, background: background}
heads:
  naclip: {test: {window: whole, stride: null, logit_scale: 40, min_area: null}}
  clearclip: {class_names: null, templates: [single, "one {}"]}
)";

RunConfig parsed(const std::vector<std::string>& changes = {}) {
  return parse_run_config(kConfig, "c.yaml", changes);
}

TEST(Heads, TheConfigsOwnHasTheConfigsSettings) {
  const auto config = parsed();
  EXPECT_EQ(config.head, "scclip");
  EXPECT_EQ(config.test.window, 224);
  EXPECT_EQ(config.test.logit_scale, 50);
  EXPECT_EQ(config.test.unknown, 0.15);
  EXPECT_EQ(config.test.min_area, 0.1);
  EXPECT_EQ(config.test.background, "background");
  EXPECT_EQ(config.text.templates.size(), 80u);
  EXPECT_EQ(config.text.names, NameRule::kMax);
  ASSERT_EQ(config.class_names.size(), 1u);
  EXPECT_THAT(config.class_names[0].second, ElementsAre("ship", "vessel"));
}

TEST(Heads, AnotherOnesLieOverThem) {
  auto config = parsed({"head=naclip"});
  EXPECT_EQ(config.test.window, kWholeImage);
  EXPECT_EQ(config.test.stride, 0);
  EXPECT_EQ(config.test.logit_scale, 40);
  EXPECT_FALSE(config.test.min_area.has_value());
  EXPECT_EQ(config.test.unknown, 0.15) << "what it does not say stays";
  EXPECT_EQ(config.class_names.size(), 1u);
  config = parsed({"head=clearclip"});
  EXPECT_TRUE(config.class_names.empty());
  EXPECT_THAT(config.text.templates, ElementsAre("a photo of a {}", "one {}"));
  config = parsed({"head=maskclip"});
  EXPECT_EQ(config.test.window, 224) << "no settings of its own";
}

TEST(Heads, OverridesGoBeforeThem) {
  const auto config =
      parsed({"head=naclip", "test.logit_scale=60", "test.window=128", "heads.naclip.test.unknown=0.5"});
  EXPECT_EQ(config.test.logit_scale, 60);
  EXPECT_EQ(config.test.window, 128);
  EXPECT_EQ(config.test.unknown, 0.5);
}

TEST(Heads, AreResolvedInWhatIsWritten) {
  const auto config = parsed({"head=naclip"});
  const auto yaml = to_yaml(config);
  EXPECT_THAT(yaml, testing::Not(testing::HasSubstr("heads")));
  const auto again = parse_run_config(yaml, "again.yaml");
  EXPECT_EQ(to_yaml(again), yaml);
  EXPECT_EQ(again.test.window, kWholeImage);
  EXPECT_EQ(again.head, "naclip");
}

TEST(Heads, WrongOnesAreRefused) {
  const auto refused = [](const std::vector<std::string>& changes, const std::string& fragment) {
    EXPECT_ERROR(parsed(changes), ErrorCode::kBadArgument, fragment);
  };
  refused({"heads.naclip.tset={}"}, "'heads' 'naclip' has a key 'tset'");
  refused({"heads.naclip=3"}, "should be a map");
  refused({"heads=3"}, "'heads' should be a map");
  refused({"test.unknown=2"}, "unknown");
  refused({"test.window=wole"}, "window");
  refused({"names=mean"}, "names");
  refused({"test.mean=logit"}, "did you mean logits?");
}

TEST(TrainingFreeConfigs, ParseForEachHead) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(RELPROMPT_SOURCE_DIR) / "configs/training-free")) {
    ++files;
    for (const char* head : {"scclip", "naclip", "sclip", "clearclip", "resclip", "resclip-sfr"}) {
      const auto config = read_run_config(entry.path(), {std::string("head=") + head});
      EXPECT_EQ(config.setting, eval::Setting::kTrainingFree) << entry.path();
      EXPECT_EQ(config.text.templates.size(), std::string(head) == "clearclip" ? 85u : 80u) << entry.path();
      EXPECT_EQ(config.text.names, NameRule::kMax) << entry.path();
      EXPECT_GE(config.test.logit_scale, 40) << entry.path();
      EXPECT_EQ(config.test.unknown.has_value(), !config.test.background.empty()) << entry.path();
      EXPECT_EQ(config.resclip.has_value(), std::string(head).rfind("resclip", 0) == 0) << entry.path();
      EXPECT_EQ(config.test.refine == Refinement::kPamr, std::string(head) == "naclip") << entry.path();
      bool known = false;
      for (const auto& kind : data::dataset_kinds()) known = known || kind.name == config.data.test->kind;
      EXPECT_TRUE(known) << entry.path();
    }
  }
  EXPECT_EQ(files, 8u);
}

}  // namespace
}  // namespace relprompt::config

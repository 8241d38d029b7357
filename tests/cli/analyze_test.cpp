// relprompt analyze on a tiny model: the files of every kind, what they say, and every way to be refused.
// Also the warning about words that a model has never read, which all commands with classes share.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "relprompt/image.h"

#include "image/label_files.h"
#include "program.h"
#include "tiny_model.h"
#include "tiny_models.h"
#include "toy_run.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Analyze : public testing::Test {
 protected:
  Analyze() {
    write_toy_clip(place_ / "clip");
    write_toy_clip(place_ / "model");
    add_hashed_prompts(place_ / "model", model::Variant::kPaper);
    write_test_image(place_ / "a.png", 64, 90);
  }

  Outcome analyze(std::vector<std::string> words) const {
    words.insert(words.begin(), "analyze");
    for (const char* word : {"-c", "road, sky;air", "-o", "out"}) words.emplace_back(word);
    return place_.run(words);
  }

  /// States in a model's config.json which words it knows.
  void state_words(const std::string& model, const std::string& words) const {
    auto config = json::parse(read_text(place_ / (model + "/config.json")));
    config["words"] = words;
    write_text(place_ / (model + "/config.json"), config.dump());
  }

  Workplace place_;
};

TEST_F(Analyze, AttentionWritesASheetAndOnRequestNumbers) {
  const auto made = analyze({"attention", "a.png", "-m", "model", "--save", "sheet,npy,json", "--json"});
  ASSERT_EQ(made.status, 0) << made;
  EXPECT_THAT(place_.files("out"), ElementsAre("a.attention.json", "a.attention.npy", "a.attention.png"));
  const auto image = json::parse(made.out)["images"][0];
  EXPECT_EQ(image["patch_rows"], 4);
  EXPECT_EQ(image["patch_columns"], 5);
  ASSERT_EQ(image["layers"].size(), 1u);  // two layers, of which the last gives no prompts
  const auto numbers = json::parse(read_text(place_ / "out/a.attention.json"));
  const auto& maps = numbers["layers"][0]["maps"];
  ASSERT_EQ(maps.size(), 2u);
  ASSERT_EQ(maps[1].size(), 4u);
  EXPECT_EQ(maps[1][3].size(), 5u);
  EXPECT_THAT(read_text(place_ / "out/a.attention.npy"), HasSubstr("(1, 2, 4, 5)"));
  EXPECT_GT(read_image(place_ / "out/a.attention.png").width, 0);
}

TEST_F(Analyze, AttentionNeedsRelationshipPrompts) {
  const auto refused = analyze({"attention", "a.png", "-m", "clip"});
  EXPECT_EQ(refused.status, 4) << refused;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("no relationship attention"), HasSubstr("rpn_vpt")));
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

TEST_F(Analyze, DistanceComparesWithTheClipAlone) {
  add_hashed_prompts(place_ / "model",
                     model::Variant::kOfficial);  // its visual prompts enter the first layer
  write_test_image(place_ / "b.png", 64, 64, 2);
  const auto made = analyze({"distance", "a.png", "b.png", "-m", "model"});
  ASSERT_EQ(made.status, 0) << made;
  EXPECT_THAT(place_.files("out"), ElementsAre("distance.json", "distance.png", "distance.svg"));
  const auto document = json::parse(read_text(place_ / "out/distance.json"));
  ASSERT_EQ(document["distances"].size(), 2u);
  const auto& before = document["distances"][0]["layers"];
  const auto& after = document["distances"][1]["layers"];
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(before[0]["heads"].size(), 2u);
  EXPECT_EQ(before[0]["heads"], after[0]["heads"]);
  EXPECT_NE(before[1]["heads"], after[1]["heads"]);
  const auto mean = (before[0]["heads"][0].get<double>() + before[0]["heads"][1].get<double>()) / 2;
  EXPECT_NEAR(before[0]["mean"].get<double>(), mean, 1e-12);
  EXPECT_GT(mean, 0);
  EXPECT_LT(mean, 90);

  const auto bare = analyze({"distance", "a.png", "-m", "clip", "--json", "--force"});
  ASSERT_EQ(bare.status, 0) << bare;
  EXPECT_EQ(json::parse(bare.out)["distances"].size(), 1u);
  EXPECT_THAT(bare.err, HasSubstr("bare CLIP"));
}

TEST_F(Analyze, SheetShowsTruthModelAndBaseline) {
  const LabelMap truth = {64, 90, std::vector<std::uint16_t>(64 * 90, 1)};
  fs::create_directory(place_ / "truth");
  image::write_labels_png(place_ / "truth/a.png", truth, 2);
  const auto made =
      analyze({"sheet", "a.png", "-m", "model", "--baseline", "clip", "--truth", "truth", "--json"});
  ASSERT_EQ(made.status, 0) << made;
  EXPECT_THAT(place_.files("out"), ElementsAre("sheet.png"));
  const auto document = json::parse(made.out);
  EXPECT_EQ(document["columns"], json({"image", "truth", "ours", "CLIP, training-free"}));
  EXPECT_EQ(document["baseline"]["variant"], "none");
  EXPECT_NE(document["baseline"]["sha256"], document["model"]["sha256"]);
  const int with_all = read_image(place_ / "out/sheet.png").width;

  const auto alone =
      analyze({"sheet", "a.png", "-m", "model", "--baseline", "clip", "--row-height", "220", "--force"});
  ASSERT_EQ(alone.status, 0) << alone;
  EXPECT_THAT(alone.err, HasSubstr("wrote out/sheet.png"));
  EXPECT_LT(read_image(place_ / "out/sheet.png").width, with_all);
  const auto other = analyze({"sheet", "a.png", "-m", "clip", "--baseline", "model", "-q", "--force"});
  EXPECT_EQ(other.status, 0) << other;
  EXPECT_THAT(other.err, IsEmpty());
}

TEST_F(Analyze, TruthMustFit) {
  const auto sheet = [&](const std::string& truth, const char* more) {
    return analyze({"sheet", "a.png", "-m", "clip", "--truth", truth, more, "--force"});
  };
  const LabelMap beyond = {64, 90, std::vector<std::uint16_t>(64 * 90, 2)};
  image::write_labels_png(place_ / "two.png", beyond, 3);
  const auto refused = sheet("two.png", "-q");
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("label 2 is no class"), HasSubstr("--truth-from-one")));
  EXPECT_EQ(sheet("two.png", "--truth-from-one").status, 0);
  const LabelMap small = {4, 4, std::vector<std::uint16_t>(16, 0)};
  image::write_labels_png(place_ / "small.png", small, 2);
  EXPECT_THAT(sheet("small.png", "-q").err, HasSubstr("labels of 4x4 pixels"));
  fs::create_directory(place_ / "empty");
  const auto missing = sheet("empty", "-q");
  EXPECT_EQ(missing.status, 3) << missing;
  EXPECT_THAT(missing.err, HasSubstr("no labels for a.png"));
}

TEST_F(Analyze, MistakesAreNamedAndLeaveNothing) {
  write_text(place_ / "broken.png", "not an image");
  write_text(place_ / "file", "");
  for (const char* kind : {"attention", "distance", "sheet"}) {
    const auto broken = analyze({kind, "broken.png", "-m", "model"});
    EXPECT_EQ(broken.status, 3) << broken;
    const auto absent = analyze({kind, "absent.png", "-m", "model"});
    EXPECT_EQ(absent.status, 3) << absent;
    const auto no_model = analyze({kind, "a.png", "-m", "nowhere"});
    EXPECT_EQ(no_model.status, 4) << no_model;
    const auto no_image = analyze({kind, "-m", "model"});
    EXPECT_EQ(no_image.status, 2) << no_image;
    const auto no_folder = place_.run({"analyze", kind, "a.png", "-m", "model", "-c", "road"});
    EXPECT_EQ(no_folder.status, 2) << no_folder;
    EXPECT_THAT(no_folder.err, HasSubstr("no output folder"));
    const auto blocked = place_.run({"analyze", kind, "a.png", "-m", "model", "-c", "road", "-o", "file/x"});
    EXPECT_EQ(blocked.status, 3) << blocked;
    EXPECT_FALSE(fs::exists(place_ / "out")) << kind;
  }
  EXPECT_EQ(place_.run({"analyze"}).status, 2);
  EXPECT_EQ(analyze({"attention", "a.png", "-m", "model", "--save", "gif"}).status, 2);
  place_.file_size_limit = 600;  // the numbers fit, the sheet does not
  EXPECT_EQ(analyze({"attention", "a.png", "-m", "model", "--save", "sheet,npy"}).status, 3);
  EXPECT_THAT(place_.files("out"), IsEmpty());
}

TEST_F(Analyze, WordsThatTheModelNeverSawAreNamed) {
  state_words("model", "an image of road sky");
  const auto made = place_.run(
      {"segment", "a.png", "-m", "model", "-c", "road, zebra;sky, beach", "-o", "out", "--json", "-q"});
  ASSERT_EQ(made.status, 0) << made;
  EXPECT_THAT(made.err,
              AllOf(HasSubstr("never saw in training: zebra, beach"), HasSubstr("it knows: an, image")));
  EXPECT_EQ(json::parse(made.out)["unknown_words"], json({"zebra", "beach"}));
  EXPECT_EQ(json::parse(read_text(place_ / "out/a.json"))["unknown_words"], json({"zebra", "beach"}));
  const auto known = analyze({"sheet", "a.png", "-m", "model"});
  EXPECT_THAT(known.err, HasSubstr("never saw in training: air"));
  const auto silent = analyze({"sheet", "a.png", "-m", "clip"});
  EXPECT_THAT(silent.err, Not(HasSubstr("never saw")));
}

TEST_F(Analyze, TheBundledModelTakesSynonyms) {
  const auto demo = (fs::path(RELPROMPT_SOURCE_DIR) / "models/demo").string();
  const auto made = place_.run({"segment", "a.png", "-m", demo, "-c",
                                "red dotted;crimson spotted, sand;beach, zebra", "-o", "out", "--json"});
  ASSERT_EQ(made.status, 0) << made;
  EXPECT_EQ(json::parse(made.out)["unknown_words"], json({"zebra"}));
}

}  // namespace
}  // namespace relprompt::test

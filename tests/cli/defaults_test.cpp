// RELPROMPT_MODEL and the file of defaults.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tiny_segment.h"

namespace relprompt::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Defaults : public TinySegment {
 protected:
  void SetUp() override {
    TinySegment::SetUp();
    write_test_image(place_ / "a.png", 70, 90, 1);
    place_.environment["RELPROMPT_CONFIG"] = (place_ / "defaults.yaml").string();
  }

  void write(const std::string& text) const { std::ofstream(place_ / "defaults.yaml") << text; }

  /// The shortest command line: everything else has to come from elsewhere.
  Outcome bare(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"segment", "a.png", "-c",     "road, sky",
                                          "-o",      "out",   "--save", "labels,json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return place_.run(arguments);
  }

  std::string report() const { return read_text(place_ / "out/a.json"); }
};

constexpr const char* kWindow = "short-side: 64\nwindow: 64\nstride: 53\nvocab: merges.txt\n";

TEST_F(Defaults, FileGivesWhatTheCommandLineLeavesOut) {
  write(std::string(kWindow) + "model: tiny.safetensors\nprecision: bf16\n");
  const auto outcome = bare();
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("defaults from"));
  EXPECT_THAT(outcome.err, HasSubstr("precision bf16"));
  EXPECT_THAT(report(), HasSubstr("\"bf16\""));
}

TEST_F(Defaults, CommandLineGoesBeforeTheFile) {
  write(std::string(kWindow) + "model: tiny.safetensors\nprecision: bf16\n");
  EXPECT_EQ(bare({"--precision", "fp32"}).status, 0);
  EXPECT_THAT(report(), HasSubstr("\"fp32\""));
}

TEST_F(Defaults, SectionOfACommandGoesBeforeTheOthersAndServesItAlone) {
  write(std::string(kWindow) +
        "model: tiny.safetensors\nprecision: int8\nsegment:\n  precision: bf16\nbench:\n  precision: fp32\n");
  EXPECT_EQ(bare().status, 0);
  EXPECT_THAT(report(), HasSubstr("\"bf16\""));
}

TEST_F(Defaults, QuietRunsSayNothingOfThem) {
  write(std::string(kWindow) + "model: tiny.safetensors\nactivation: quick_gelu\nheads: [1, 1]\n");
  EXPECT_THAT(bare({"--quiet"}).err, Not(HasSubstr("defaults from")));
}

TEST_F(Defaults, EnvironmentNamesTheModel) {
  write(std::string(kWindow) + "model: gone\n");
  place_.environment["RELPROMPT_MODEL"] = "tiny.safetensors";
  EXPECT_EQ(bare().status, 0);
  const auto outcome = bare({"--model", "elsewhere"});
  EXPECT_EQ(outcome.status, 4) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("elsewhere"));
}

TEST_F(Defaults, UnknownKeysAreRefusedWhateverTheCommand) {
  write("presicion: int8\n");
  auto outcome = place_.run({"classes", "--list"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err,
              HasSubstr("defaults.yaml: no option is called presicion; did you mean precision?"));
  write("bench:\n  port: 80\n");
  outcome = place_.run({"classes", "--list"});
  EXPECT_THAT(outcome.err, HasSubstr("no option is called port"));
  write("output: somewhere\n");
  outcome = place_.run({"classes", "--list"});
  EXPECT_THAT(outcome.err, HasSubstr("output belongs to a single run"));
}

TEST_F(Defaults, BadValuesNameTheFile) {
  write("threads: 0\n");
  const auto outcome = bare();
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("defaults.yaml: --threads"));
  write("threads: [1, 2\n");
  EXPECT_EQ(bare().status, 2);
}

TEST_F(Defaults, FileThatIsNamedMustBeThere) {
  const auto outcome = bare();
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("defaults.yaml"));
}

TEST_F(Defaults, UsualPlacesMayBeEmpty) {
  std::filesystem::create_directories(place_ / "config/relprompt");
  std::ofstream(place_ / "config/relprompt/config.yaml") << "precision: bf61\n";
  place_.environment = {{"XDG_CONFIG_HOME", (place_ / "config").string()}, {"RELPROMPT_CONFIG", "off"}};
  EXPECT_EQ(segment_road_and_sky({"a.png"}).status, 0);
  place_.usual_defaults = true;
  auto outcome = segment_road_and_sky({"a.png"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("did you mean bf16?"));
  std::filesystem::remove(place_ / "config/relprompt/config.yaml");
  outcome = segment_road_and_sky({"a.png", "--quiet"});
  EXPECT_EQ(outcome.status, 0) << outcome;
}

TEST_F(Defaults, HelpAndVersionDoNotReadIt) {
  write("nonsense: [\n");
  EXPECT_EQ(place_.run({"--version"}).status, 0);
  EXPECT_EQ(place_.run({"segment", "--help"}).status, 0);
}

}  // namespace
}  // namespace relprompt::test

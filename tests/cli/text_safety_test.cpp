// Names of files and classes as strangers choose them: what a terminal gets of them, and what a program can
// find again.
#include <fstream>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "base/json_output.h"
#include "tiny_segment.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// Turns the terminal's colour, ends the line, turns the direction of writing, and is no UTF-8.
const std::string kHostile = "a\x1b[31m\nrelprompt: error: fake\u202E\u009B\xFF.png";

class TextSafety : public TinySegment {
 protected:
};

/// Nothing in it steers a terminal or starts a line that is not the program's own.
void expect_harmless(const std::string& text) {
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << text;
  EXPECT_THAT(text, Not(HasSubstr("\u202E"))) << text;
  EXPECT_THAT(text, Not(HasSubstr("\u009B"))) << text;
  EXPECT_THAT(text, Not(HasSubstr("\xFF"))) << text;
  EXPECT_THAT("\n" + text, Not(HasSubstr("\nrelprompt: error: fake"))) << text;
}

TEST_F(TextSafety, FileNamesReachTheTerminalHarmless) {
  write_test_image(place_ / kHostile, 64, 64);
  for (const char* more : {"--json", "--resume"}) {
    const Outcome outcome = segment({kHostile, "-c", "road, sky", more});
    EXPECT_EQ(outcome.status, 0) << outcome;
    expect_harmless(outcome.out);
    expect_harmless(outcome.err);
  }
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"segment", kHostile + "x", "-m", "tiny.safetensors", "-c", "a", "-o", "o"},
           {"info", kHostile},
           {"import", kHostile, "-o", "m"},
           {"import", "tiny.safetensors", "-o", kHostile},
           {"classes", kHostile},
           {kHostile},
           {"info", "--" + kHostile},
           {"data", "check", "folder", "--data", kHostile},
           {"train", kHostile, "-o", "run"},
           {"eval", kHostile, "-o", "run"},
           {"train", "--resume", kHostile},
           {"experiments", kHostile, "-o", "run"},
           {"world", "--scenes", "1", "-o", kHostile},
           {"world", "--scenes", "1", "--sheet", kHostile + ".gif"},
           {"bench", "-m", kHostile},
           {"video", kHostile + "x", "-m", "tiny.safetensors", "-c", "road", "-o", "out", "--save", "json"},
           {"quantize", kHostile, "-m", "tiny.safetensors", "-o", "q"},
           {"raster", kHostile + "x", "-m", "tiny.safetensors", "-c", "a, b", "-o", kHostile + ".tif"},
           {"analyze", "attention", kHostile + "x", "-m", "tiny.safetensors"}}) {
    const Outcome outcome = place_.run(arguments);
    EXPECT_NE(outcome.status, 0) << outcome;
    EXPECT_NE(outcome.status, 70) << outcome;
    expect_harmless(outcome.out);
    expect_harmless(outcome.err);
  }
}

TEST_F(TextSafety, ClassNamesReachTheTerminalHarmless) {
  write_test_image(place_ / "a.png", 64, 64);
  const Outcome shown = segment({"a.png", "-c", "ro\u202Ead, s\u200Bky"});
  EXPECT_EQ(shown.status, 0) << shown;
  expect_harmless(shown.out + shown.err);
  const Outcome json_out = segment({"a.png", "-c", "ro\u202Ead, sky", "--json"});
  expect_harmless(json_out.out);
  EXPECT_EQ(json::parse(json_out.out)["images"][0]["files"]["labels"], "out/a.labels.png");
  EXPECT_EQ(json::parse(read_text(place_ / "out/a.json"))["classes"][0]["name"], "ro\u202Ead")
      << "still the name";
  for (const char* list : {"road\x1b[31m", "road, road\u202E, road\u202E", "\"road\u202E"}) {
    const Outcome refused = segment({"a.png", "-c", list});
    EXPECT_EQ(refused.status, 2) << refused;
    expect_harmless(refused.err);
  }
}

TEST_F(TextSafety, JsonKeepsTheBytesOfFileNames) {
  write_test_image(place_ / kHostile, 64, 64);
  const Outcome outcome = segment({kHostile, "gone\xFE.png", "-c", "road, sky", "--json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  const json run = json::parse(outcome.out);
  const auto bytes = [](const json& object, const char* key) {
    return percent_decoded(object.at(std::string(key) + "_bytes").get<std::string>()).value();
  };
  EXPECT_EQ(bytes(run["images"][0], "input"), kHostile);
  EXPECT_EQ(bytes(run["errors"][0], "input"), "gone\xFE.png");
  const fs::path report = place_ / bytes(run["images"][0]["files"], "json");
  ASSERT_TRUE(fs::exists(report));
  const json image = json::parse(read_text(report));
  EXPECT_EQ(bytes(image, "image"), kHostile);
  EXPECT_TRUE(fs::exists(place_ / "out" / bytes(image["files"], "labels")));
}

TEST_F(TextSafety, AQuotedCommaIsPartOfAName) {
  write_test_image(place_ / "a.png", 64, 64);
  write_text(place_ / "list.txt", "\"car, big\"  # label 0\nroad;\"a # b\"\n5\\\" gun\n");
  for (const std::vector<std::string>& classes :
       std::vector<std::vector<std::string>>{{"--classes", "\"car, big\", road;\"a # b\", \"5\"\" gun\""},
                                             {"--classes", "car\\, big, road;a \\# b, 5\\\" gun"},
                                             {"--class-file", "list.txt"}}) {
    std::vector<std::string> arguments = {"a.png", "--seen", "\"car, big\", 2"};
    arguments.insert(arguments.end(), classes.begin(), classes.end());
    const Outcome outcome = segment(arguments);
    ASSERT_EQ(outcome.status, 0) << outcome;
    const json document = json::parse(read_text(place_ / "out/a.json"));
    ASSERT_EQ(document["classes"].size(), 3u);
    EXPECT_EQ(document["classes"][0]["name"], "car, big");
    EXPECT_EQ(document["classes"][1]["other_names"], json({"a # b"}));
    EXPECT_EQ(document["classes"][2]["name"], "5\" gun");
    EXPECT_EQ(document["protocol"]["seen"], json({0, 2}));
  }
  const Outcome open = segment({"a.png", "-c", "\"car, big"});
  EXPECT_EQ(open.status, 2) << open;
  EXPECT_THAT(open.err, HasSubstr("has a quote that nothing closes"));
}

}  // namespace
}  // namespace relprompt::test

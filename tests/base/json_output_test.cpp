// JSON of names that are no UTF-8, or hold what nobody sees.
#include "base/json_output.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace relprompt {
namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

TEST(JsonOutput, WritesOrdinaryTextAsItIs) {
  EXPECT_EQ(json_text(Ordered{{"z", "caf\u00E9 \u8857 \U0001F600"}, {"a", {1, 2.5, nullptr}}}),
            "{\"z\":\"caf\u00E9 \u8857 \U0001F600\",\"a\":[1,2.5,null]}");
  EXPECT_EQ(json_text(Json{{"a", 1}}, 2), "{\n  \"a\": 1\n}");
}

TEST(JsonOutput, KeepsTheBytesOfABrokenName) {
  EXPECT_EQ(json_text(Ordered{{"image", "a b\xFF%.png"}, {"size", 3}}),
            "{\"image\":\"a b\uFFFD%.png\",\"image_bytes\":\"a%20b%FF%25.png\",\"size\":3}");
  EXPECT_EQ(json_text(Ordered{{"list", {"ok", "\xFE"}}}),
            "{\"list\":[\"ok\",\"\uFFFD\"],\"list_bytes\":[\"ok\",\"%FE\"]}");
  const Json deep = Json::parse(json_text(Json{{"files", {{{"path", "x\xC3"}}, {{"path", "y"}}}}}));
  EXPECT_EQ(deep["files"][0]["path_bytes"], "x%C3");
  EXPECT_FALSE(deep["files"][1].contains("path_bytes"));
}

TEST(JsonOutput, HiddenCharactersAreEscapesOfTheSameText) {
  const std::string name = "a\u202Eb\u009Bc\U000E0041d\x1b\x7F\n";
  const std::string text = json_text(Json{{"name", name}}, 1);
  EXPECT_EQ(text, "{\n \"name\": \"a\\u202eb\\u009bc\\udb40\\udc41d\\u001b\\u007f\\n\"\n}");
  EXPECT_EQ(Json::parse(text)["name"], name);
}

TEST(JsonOutput, RandomBytesComeBack) {
  std::mt19937 random(9);
  for (int round = 0; round < 500; ++round) {
    std::string name;
    for (std::size_t i = 0; i < 1 + random() % 12; ++i) name += static_cast<char>(random());
    const Json read = Json::parse(json_text(Json{{"name", name}}));
    const bool broken = read.contains("name_bytes");
    const auto back = broken ? percent_decoded(read["name_bytes"].get<std::string>())
                             : std::optional(read["name"].get<std::string>());
    ASSERT_EQ(back, name) << read;
    ASSERT_EQ(percent_decoded(percent_encoded(name)), name);
  }
}

TEST(JsonOutput, PercentSignsNeedTwoDigits) {
  for (const char* text : {"%", "a%4", "%G1", "%4G", "%+1"})
    EXPECT_EQ(percent_decoded(text), std::nullopt) << text;
  EXPECT_EQ(percent_decoded("%41%7eb"), "A~b");
}

}  // namespace
}  // namespace relprompt

// YAML in and out: what each kind of scalar means, what is refused and where, and that writing loses nothing.
#include "config/yaml.h"

#include <string>

#include "test_support.h"

namespace relprompt::config {
namespace {

using nlohmann::json;

json value_of(const std::string& scalar) {
  return parse_yaml("key: " + scalar + "\n", "test.yaml")["key"];
}

TEST(Yaml, PlainScalarsFollowTheCoreSchema) {
  for (const char* text : {"", "~", "null", "Null", "NULL"}) EXPECT_TRUE(value_of(text).is_null()) << text;
  for (const char* text : {"true", "True", "TRUE"}) EXPECT_EQ(value_of(text), json(true)) << text;
  for (const char* text : {"false", "False", "FALSE"}) EXPECT_EQ(value_of(text), json(false)) << text;
  EXPECT_EQ(value_of("12"), 12);
  EXPECT_EQ(value_of("+12"), 12);
  EXPECT_EQ(value_of("-3"), -3);
  EXPECT_EQ(value_of("0o17"), 15);
  EXPECT_EQ(value_of("0xff"), 255);
  EXPECT_EQ(value_of("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(value_of("-9223372036854775808"), INT64_MIN);
  EXPECT_TRUE(value_of("007").is_number_integer());
  EXPECT_EQ(value_of("007"), 7) << "no octal number of YAML 1.1";
  EXPECT_TRUE(value_of("1.0").is_number_float());
  EXPECT_EQ(value_of("2.0e-5"), 2.0e-5);
  EXPECT_EQ(value_of("1e3"), 1000.0);
  EXPECT_EQ(value_of("+.5"), 0.5);
  EXPECT_EQ(value_of("-1."), -1.0);
}

TEST(Yaml, EverythingElseIsText) {
  for (const char* text : {"no", "yes", "on", "off", "y", "tRUE", "12:30", "1_000", "0b1", "1e", ".", "e5",
                           "1.2.3", "0x", "0xfg", "0o8", "+", "a photo of a {}", "1 2"}) {
    EXPECT_EQ(value_of(text), json(text)) << text;
  }
  EXPECT_EQ(value_of("'12'"), json("12"));
  EXPECT_EQ(value_of("\"true\""), json("true"));
  EXPECT_EQ(value_of("''"), json(""));
  EXPECT_EQ(value_of("'null'"), json("null"));
  EXPECT_EQ(value_of("\"\\u00e9\\n\""), json("\u00e9\n"));
}

TEST(Yaml, MapsAndLists) {
  const json value =
      parse_yaml("# a comment\na: {b: [1, x, {c: 2}], d: []}\n1: one\ne:\n  - f\n  - g: {}\n", "");
  EXPECT_EQ(value,
            json::parse(R"({"a": {"b": [1, "x", {"c": 2}], "d": []}, "1": "one", "e": ["f", {"g": {}}]})"));
  EXPECT_TRUE(parse_yaml("", "").is_null());
  EXPECT_TRUE(parse_yaml("# nothing\n", "").is_null());
  EXPECT_EQ(parse_yaml("[1, 2]", ""), json({1, 2}));
}

void refused(const std::string& yaml, const std::string& fragment) {
  EXPECT_ERROR(parse_yaml(yaml, "my.yaml"), ErrorCode::kBadArgument, fragment);
}

TEST(Yaml, RefusalsNameFileAndLine) {
  refused("a: 1\nb: [1,\n", "my.yaml:3: no valid YAML");
  refused("[1", "my.yaml:1: a list or a map where a key should be\n  is a bracket left open?");
  refused("a: 1\nb: c: d\n", "my.yaml:2: no valid YAML");
  refused("a: 1\n  b: 2\n", "my.yaml:2: no valid YAML");
  refused("a: 1\nb: 2\na: 3\n", "my.yaml:3: the key 'a' occurs twice");
  refused("a: {b: 1, b: 2}\n", "my.yaml:1: the key 'b' occurs twice");
  refused("a: 1\n? [x]\n: 2\n", "where a key should be");
  refused("a: 1\n: 2\n", "my.yaml:2: a key is missing");
  refused("a: &x 1\n", "my.yaml:1: anchors (&) and aliases");
  refused("a: &x [1]\nb: *x\n", "my.yaml:1: anchors (&) and aliases");
  refused("a: !!str 5\n", "tags (!...)");
  refused("a: !mine {b: 1}\n", "tags (!...)");
  refused("a: 1\n---\nb: 2\n", "a second document");
  refused("a: 1\nb: .inf\n", "my.yaml:2: '.inf' is no number");
  refused("b: .nan\n", "no number that a config can hold");
  refused("b: 18446744073709551616\n", "no number that a config can hold");
  refused("b: 1e999\n", "no number that a config can hold");
  refused("a: 1\nb: \x01\n", "my.yaml:2: a control character");
  refused(std::string("a: 1\0b: 2", 9), "my.yaml:1: a control character");
  refused("a: \xff\n", "no UTF-8");
}

TEST(Yaml, BoundsKeepHostileTextSmall) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char level = 'b'; level < 'j'; ++level) {
    const char below = static_cast<char>(level - 1);
    bomb += std::string(1, level) + ": &" + level + " [*" + below + ", *" + below + "]\n";
  }
  refused(bomb, "anchors (&) and aliases");
  EXPECT_EQ(parse_yaml(std::string(kMaxYamlDepth, '[') + std::string(kMaxYamlDepth, ']'), "").size(), 1u);
  refused(std::string(kMaxYamlDepth + 1, '[') + std::string(kMaxYamlDepth + 1, ']'), "inside each other");
  refused(std::string(100000, '['), "my.yaml:1: ");
  std::string steps;
  for (int i = 0; i < 20000; ++i) steps += "- ";
  refused(steps, "inside each other");
  refused(std::string(kMaxYamlBytes + 1, ' '), "no config is that long");
  EXPECT_NO_THROW(parse_yaml("a: " + std::string(kMaxYamlBytes - 4, 'x') + "\n", ""));
}

TEST(Yaml, WritingLosesNothing) {
  const auto value = nlohmann::ordered_json::parse(R"({
    "word": "paper", "path": "/data/VOC 2012", "empty": "", "number text": "12", "truth text": "true",
    "null text": "null", "tilde": "~", "dash": "-", "colon": "a: b", "hash": "a # b", "quote": "\"'\\",
    "lines": "a\nb\r\n\tc ", "accent": "caf\u00e9 \ud83d\ude00", "control": "\u0007\u0085\u2028\ufeff", "infinity": ".inf",
    "int": -5, "large": 18446744073709551615, "float": 2e-5, "tenth": 0.1, "whole float": 3.0, "no": false,
    "nothing": null, "list": [1, 2.5, "x"], "texts": ["a photo of a {} in the scene", "{}"],
    "empty list": [], "empty map": {}, "nested": {"a": {"b": [[1], {"c": null}]}}})");
  const std::string text = to_yaml(value);
  EXPECT_EQ(parse_yaml(text, "written"), json(value)) << text;
  EXPECT_TRUE(parse_yaml(text, "written")["whole float"].is_number_float()) << text;
  EXPECT_NE(text.find("word: paper\n"), std::string::npos) << text;
  EXPECT_NE(text.find("list: [1, 2.5, x]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("texts:\n  - \"a photo"), std::string::npos) << text;
  EXPECT_LT(text.find("word"), text.find("int")) << "the order of the keys is kept";
}

TEST(Yaml, EscapesThatGiveNoTextAreRefused) {
  refused(R"(a: "x\_y")", "my.yaml:1: 'x?y' is no UTF-8 text once its escapes are read");
  refused("ok: 1\n\"b\\N\": 2\n", "my.yaml:2: 'b?' is no UTF-8 text");
  refused(R"(a: ["x\0"])", "holds a zero");
  refused(R"("\uFFFF")", "a noncharacter");
  refused("- \uFDD0", "a noncharacter");
  EXPECT_ERROR(to_yaml({{"path", std::string("a\0b", 3)}}), ErrorCode::kBadArgument,
               "no UTF-8 text, or holds a zero");
}

TEST(Yaml, KeysAreShortEnoughToBeWritten) {
  std::string longest(50, '\a');
  longest += std::string(150, 'k');
  const json value = {{longest, 1}};
  EXPECT_EQ(parse_yaml(to_yaml(value), "written"), value);
  refused(std::string(201, 'k') + ": 1", "has 201 bytes, more than 200");
  refused("a:\n  ? " + std::string(5000, 'k') + "\n  : 1", "has 5000 bytes, more than 200");
}

/// Every escape is refused, or gives a text that survives being written and read.
TEST(Yaml, EveryEscapeIsRefusedOrSurvives) {
  int read = 0;
  for (char c = ' '; c < 127; ++c) {
    for (const char* digits : {"", "00", "41", "e9", "0041", "D800", "0001F600", "FFFFFFFF"}) {
      const std::string text = std::string("k: \"\\") + c + digits + "\"";
      json value;
      try {
        value = parse_yaml(text, "escape");
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kBadArgument) << text;
        continue;
      }
      EXPECT_EQ(parse_yaml(to_yaml(value), "written"), value) << text;
      ++read;
    }
  }
  EXPECT_GT(read, 100);
}

TEST(Yaml, WritingRefusesBrokenText) {
  EXPECT_ERROR(to_yaml({{"path", "a\xff"}}), ErrorCode::kBadArgument, "no UTF-8");
}

}  // namespace
}  // namespace relprompt::config

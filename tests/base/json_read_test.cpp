// The limits of the JSON reader, one by one, and what a short excerpt of a long value is.
#include "base/json_read.h"

#include <vector>

#include "base/json_excerpt.h"
#include "test_support.h"

namespace relprompt {
namespace {

using nlohmann::json;

json read(const std::string& text, const JsonRules& rules = {}) {
  return read_json(text, "file", rules);
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(JsonRead, GivesTheValueThatTheLibraryGives) {
  const std::string text = R"( {"a": [1, -2, 3.5, "x\u00e4\n", true, false, null, {}, []],
                               "b": {"c": {"d": 18446744073709551615}, "e": -9223372036854775808}, "": "" } )";
  EXPECT_EQ(read(text), json::parse(text));
  for (const char* scalar : {"1", "-1", "0.5", "\"x\"", "true", "null", "[]", "{}", "[[1],[2]]"}) {
    EXPECT_EQ(read(scalar).dump(), json::parse(scalar).dump());
  }
  EXPECT_EQ(reread_json(R"({"b": 1, "a": {"d": [2], "c": 3}})").dump(), R"({"b":1,"a":{"d":[2],"c":3}})");
  EXPECT_EQ(read(R"({"a": {"b": 1}, "a": 2})"), json::parse(R"({"a": 2})"));
}

TEST(JsonRead, NamesThePlaceOfWhatIsNoJson) {
  const auto code = ErrorCode::kBadModelConfig;
  EXPECT_ERROR(read("{\n\"a\": 1,\n]"), code, "file: not valid JSON at line 3, byte 11");
  EXPECT_ERROR(read(""), code, "file: not valid JSON at line 1");
  EXPECT_ERROR(read("[1] x"), code, "not valid JSON");
  EXPECT_ERROR(read("\"\xFF\""), code, "not valid JSON");
  EXPECT_ERROR(read("[\n1e999]"), code, "file: a number out of range at line 2");
  JsonRules rules;
  rules.code = ErrorCode::kBadHeader;
  rules.hint = "fetch it again";
  EXPECT_ERROR(read("{", rules), ErrorCode::kBadHeader, "\n  fetch it again");
  try {
    read("[" + std::string(1'000'000, 'x') + "]");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_LT(std::string(error.what()).size(), 100u);
  }
}

TEST(JsonRead, LimitsTheDepth) {
  EXPECT_EQ(read(nested(kMaxJsonDepth)), json::parse(nested(kMaxJsonDepth)));
  EXPECT_ERROR(read(nested(kMaxJsonDepth + 1)), ErrorCode::kBadModelConfig,
               "nests too deep, more than 64 levels");
  EXPECT_ERROR(read("{\"a\":" + nested(400'000) + "}"), ErrorCode::kBadModelConfig, "nests too deep");
  EXPECT_ERROR(read(std::string(400'000, '[')), ErrorCode::kBadModelConfig, "nests too deep");
}

TEST(JsonRead, LimitsBytesValuesAndTexts) {
  const JsonRules rules = {ErrorCode::kBadHeader, 40, 5, 8};
  EXPECT_EQ(read(R"({"12345678": ["12345678", 1, 2.5]})", rules).size(), 1u);
  EXPECT_ERROR(read(std::string(41, ' '), rules), ErrorCode::kBadHeader,
               "file: 41 bytes of JSON; at most 40 are read");
  EXPECT_ERROR(read("[1, 2, [3, 4, 5]]", rules), ErrorCode::kBadHeader,
               "too many values; at most 5 are read");
  EXPECT_ERROR(read("[\"123456789\"]", rules), ErrorCode::kBadHeader,
               "a text of 9 bytes in the JSON; at most 8");
  EXPECT_ERROR(read("{\"123456789\": 1}", rules), ErrorCode::kBadHeader, "a text of 9 bytes");
}

TEST(JsonRead, ChecksTheSizeOfAFileBeforeItReadsIt) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.json", "{\"a\": 1}");
  const auto missing = ErrorCode::kModelNotFound;
  EXPECT_EQ(read_json_file(folder / "a.json", {}, missing), json({{"a", 1}}));
  EXPECT_ERROR(read_json_file(folder / "b.json", {}, missing), missing, "b.json");
  test::write_text(folder / "hole.json", "");
  std::filesystem::resize_file(folder / "hole.json", std::uintmax_t{1} << 40);
  EXPECT_ERROR(read_json_file(folder / "hole.json", {}, missing), ErrorCode::kBadModelConfig,
               "hole.json: 1099511627776 bytes, expected at most 1048576");
}

TEST(JsonRead, DiscardsWhatMayBeAnything) {
  EXPECT_EQ(try_read_json("[1]"), json({1}));
  for (const std::string& text : {std::string("[1"), nested(100), std::string(2'000'000, ' ')}) {
    EXPECT_TRUE(try_read_json(text).is_discarded());
  }
}

/// Counts what it is shown.
class Counter final : public JsonVisitor {
 public:
  void begin_object() override { ++events; }
  void end_object() override { ++events; }
  void begin_array() override { ++events; }
  void end_array() override { ++events; }
  void key(std::string& /*key*/) override { ++events; }
  void text(std::string& /*text*/) override { ++events; }
  void scalar(const json& /*value*/) override { ++events; }
  std::size_t events = 0;
};

// 400,000 objects in one: minutes for a parser that looks at the parent after each.
TEST(JsonRead, TakesOneStepAValue) {
  constexpr std::size_t kObjects = 400'000;
  std::string text = "{";
  for (std::size_t i = 0; i < kObjects; ++i) text += "\"key " + std::to_string(i) + "\"" + ":{\"x\":[1,2]},";
  text.back() = '}';
  JsonRules rules;
  rules.bytes = text.size();
  rules.values = 4 * kObjects + 1;
  Counter counter;
  walk_json(text, "file", rules, counter);
  EXPECT_EQ(counter.events, 2 + 8 * kObjects);
  EXPECT_EQ(read(text, rules).size(), kObjects);
}

TEST(JsonExcerpt, ShowsTheStartOfAnyValue) {
  for (const char* text : {"1", "\"x\"", "[1,[2,{}],{\"a\":null}]", "true", "{\"b\":{\"c\":-1.5}}"}) {
    EXPECT_EQ(json_excerpt(json::parse(text)), text);
  }
  EXPECT_EQ(json_excerpt(json(std::string(100'000, 'x')), 5), "\"xxxx...");
  EXPECT_EQ(json_excerpt(json::parse("[1,2,3,4]"), 4), "[1,2...");
  EXPECT_EQ(json_excerpt(json("\u00e4\u00e4"), 4), "\"\u00e4...");  // no half character
  EXPECT_EQ(json_excerpt(json("a\xFF"), 60), "\"a\uFFFD\"");
  const json many(1'000'000, json("text"));
  EXPECT_EQ(json_excerpt(many, 10), "[\"text\",\"t...");
}

}  // namespace
}  // namespace relprompt

// Fields of an object from outside: every type, its bounds, and what a message says.
#include "base/json_fields.h"

#include "test_support.h"

namespace relprompt {
namespace {

using nlohmann::json;

TEST(JsonFields, CheckEveryType) {
  const json object = json::parse(R"({"i": 5, "big": 18446744073709551615, "f": 0.5, "t": "x", "b": true,
                                      "list": ["a", "b"], "mixed": ["a", 1], "o": {"i": 1}, "n": null})");
  JsonFields fields(object, "c.yaml", ErrorCode::kBadArgument);
  EXPECT_EQ(fields.number("f", 0, 0, 1), 0.5);
  EXPECT_EQ(fields.number("i", 0), 5.0);
  EXPECT_EQ(fields.number("absent", 2.5, 0, 1), 2.5);
  EXPECT_EQ(fields.texts("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(fields.texts("absent").empty());
  EXPECT_EQ(fields.text("n", "default"), "default");
  EXPECT_FALSE(fields.has("n"));
  EXPECT_FALSE(fields.has("absent"));
  EXPECT_TRUE(fields.has("i"));
  const auto code = ErrorCode::kBadArgument;
  EXPECT_ERROR(fields.number("f", 0, 0.6, 1), code,
               "c.yaml: 'f' should be a number from 0.6 to 1, found 0.5");
  EXPECT_ERROR(fields.number("t", 0), code, "'t' should be a number, found \"x\"");
  EXPECT_ERROR(fields.integer("big", 0, -10, INT64_MAX), code, "'big' should be a whole number, -10 or more");
  EXPECT_ERROR(fields.integer("f", 0, 0, 9), code, "'f' should be a whole number from 0 to 9");
  EXPECT_ERROR(fields.texts("mixed"), code, "'mixed' should be a list of texts");
  EXPECT_ERROR(fields.texts("t"), code, "'t' should be a list of texts");
  EXPECT_ERROR(fields.choice("t", 0, {"y", "xx"}), code, "one of y, xx, found \"x\"; did you mean xx?");
  EXPECT_ERROR(fields.object("t"), code, "c.yaml 't': expected keys with values, found string");
  EXPECT_ERROR(fields.object("o").boolean("i", false), code, "c.yaml 'o': 'i' should be true or false");
  EXPECT_ERROR(fields.require("n"), code, "'n' is missing");
}

TEST(JsonFields, UnknownKeysNameTheNearest) {
  const json object = json::parse(R"({"train": {"iteratoins": 5}, "test": 1})");
  JsonFields fields(object, "c.yaml", ErrorCode::kBadArgument);
  JsonFields train = fields.object("train");
  train.integer("iterations", 1, 1, 10);
  train.integer("batch", 1, 1, 10);
  EXPECT_ERROR(train.finish(), ErrorCode::kBadArgument,
               "c.yaml 'train': unknown key 'iteratoins'; did you mean iterations?");
  EXPECT_ERROR(train.finish(), ErrorCode::kBadArgument, "known keys: iterations, batch");
  EXPECT_ERROR(fields.finish(), ErrorCode::kBadArgument, "unknown key 'test'");
  fields.leave({"test"});
  EXPECT_NO_THROW(fields.finish());
}

}  // namespace
}  // namespace relprompt

#include "base/json_value.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace relprompt {
namespace {

TEST(JsonValue, IsTheFallbackForMissingKeysAndOtherTypes) {
  const nlohmann::json object = {{"text", "a"}, {"number", 5}, {"list", {1, "b"}}, {"none", nullptr}};
  EXPECT_EQ(value_or(object, "text", std::string("x")), "a");
  EXPECT_EQ(value_or(object, "number", 0), 5);
  for (const char* key : {"number", "list", "none", "missing"})
    EXPECT_EQ(value_or(object, key, std::string("x")), "x") << key;
  for (const char* key : {"text", "list", "none", "missing"}) EXPECT_EQ(value_or(object, key, 7), 7) << key;
  EXPECT_EQ(value_or(object, "list", std::vector<std::string>{}).size(), 0U);
  EXPECT_EQ((value_or(object, "list", std::map<std::string, std::string>{})).size(), 0U);
}

TEST(JsonValue, OfSomethingElseThanAnObjectIsTheFallback) {
  for (const char* text : {"[1]", "5", "\"a\"", "null"})
    EXPECT_EQ(value_or(nlohmann::json::parse(text), "a", 3), 3) << text;
}

}  // namespace
}  // namespace relprompt

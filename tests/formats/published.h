// What the tests of published structures share: objects by their fields, and a map that has everything.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "rebuilt.h"

namespace relprompt::test {

using nlohmann::json;

/// Key -> type: integer, number, string, boolean, object, array or null; a "?" after the key: it may be
/// absent.
using Fields = std::map<std::string, std::string>;

inline bool has_type(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return value.type_name() == type;
}

/// The object has these fields and no others.
inline void expect_fields(const json& object, const Fields& fields, const std::string& what) {
  ASSERT_TRUE(object.is_object()) << what;
  std::set<std::string> known;
  for (const auto& [name, type] : fields) {
    const bool may_lack = name.back() == '?';
    const std::string key = may_lack ? name.substr(0, name.size() - 1) : name;
    known.insert(key);
    if (!object.contains(key)) {
      EXPECT_TRUE(may_lack) << what << " has no " << key;
      continue;
    }
    EXPECT_TRUE(has_type(object[key], type)) << what << ": " << key << " is " << object[key].type_name();
  }
  for (const auto& [key, value] : object.items()) EXPECT_TRUE(known.count(key)) << what << " has " << key;
}

/// Two classes, one with a hole and in two parts, and pixels of none.
class Published : public testing::Test {
 protected:
  std::map<std::string, std::string> files(const std::string& format) const {
    return files_of(format, map_, 2);
  }
  json document(const std::string& format, const std::string& name) const {
    return json::parse(files(format).at(name));
  }

  const LabelMap map_ = drawn_map({"aaaa.a", "abba.a", "aaaa.a"});
};

}  // namespace relprompt::test

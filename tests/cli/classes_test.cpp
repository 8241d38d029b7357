// relprompt classes: listings for people and programs, and lists that can be given back.
#include "relprompt/classes.h"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "program.h"

namespace relprompt::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Classes, ListNamesEveryVocabulary) {
  const Workplace place;
  const Outcome listed = place.run({"classes", "--list"});
  EXPECT_EQ(listed.status, 0) << listed;
  for (const char* name : {"voc-20", "coco-stuff-171", "context-59", "context-60", "ade-150"}) {
    EXPECT_THAT(listed.out, HasSubstr(name));
  }
  EXPECT_THAT(listed.out, HasSubstr("15 seen, 5 unseen"));
  EXPECT_EQ(place.run({"classes"}).out, listed.out);
}

TEST(Classes, ListAsJson) {
  const Outcome outcome = Workplace().run({"classes", "--list", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  const json document = json::parse(outcome.out);
  EXPECT_EQ(document[0]["name"], "voc-20");
  EXPECT_EQ(document[0]["classes"], 20);
  EXPECT_EQ(document[0]["has_split"], true);
}

TEST(Classes, OneListIsAClassFile) {
  const Workplace place;
  for (const Vocabulary& entry : vocabularies()) {
    const Outcome outcome = place.run({"classes", entry.name});
    ASSERT_EQ(outcome.status, 0) << outcome;
    EXPECT_EQ(parse_class_list(outcome.out).names, entry.classes.names) << entry.name;
  }
}

TEST(Classes, OneListAsJson) {
  const Outcome outcome = Workplace().run({"classes", "voc-20", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  const json document = json::parse(outcome.out);
  ASSERT_EQ(document["classes"].size(), 20u);
  EXPECT_EQ(document["classes"][15]["label"], 15);
  EXPECT_EQ(document["classes"][15]["seen"], false);
  EXPECT_EQ(document["classes"][0]["seen"], true);
}

TEST(Classes, ListAndNameExcludeEachOther) {
  EXPECT_EQ(Workplace().run({"classes", "voc-20", "--list"}).status, 2);
}

TEST(Classes, AFullStandardOutputIsAnError) {
  Workplace place;
  place.standard_output = "/dev/full";
  const Outcome outcome = place.run({"classes", "coco-stuff-171"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("standard output"));
}

}  // namespace
}  // namespace relprompt::test

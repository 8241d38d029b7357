// Which words of class names a model has never read, and where it keeps those it has.
#include "model/vocabulary_check.h"

#include <gtest/gtest.h>

#include "model/model_config.h"
#include "tiny_models.h"

namespace relprompt::model {
namespace {

using Words = std::vector<std::string>;

TEST(KnownWords, NamesWhatIsUnknownOnceInOrder) {
  const Words known = {"beach", "crimson", "dotted", "red", "sand", "spotted"};
  EXPECT_EQ(unknown_words(known, parse_class_list("red dotted;crimson spotted, sand;beach")), Words());
  EXPECT_EQ(unknown_words(known, parse_class_list("zebra, Red SPOTTED, apple zebra;sand")),
            (Words{"zebra", "apple"}));
}

TEST(KnownWords, CaseDigitsAndSignsAreNoMatter) {
  EXPECT_EQ(unknown_words({"red"}, parse_class_list("RED-2, red (7)")), Words());
  EXPECT_EQ(unknown_words({"red"}, parse_class_list("rötlich")), Words{"rötlich"});
}

TEST(KnownWords, AModelThatStatesNothingKnowsEverything) {
  EXPECT_EQ(unknown_words({}, parse_class_list("zebra, anything")), Words());
}

TEST(KnownWords, StayInTheConfig) {
  ModelConfig config;
  config.clip = test::tiny_config();
  EXPECT_EQ(to_json(config).find("words"), std::string::npos);
  config.words = {"red", "sand"};
  const auto text = to_json(config);
  EXPECT_EQ(parse_config(text, "config.json").words, config.words);
  EXPECT_EQ(to_json(parse_config(text, "config.json")), text);
}

}  // namespace
}  // namespace relprompt::model

// Words of an enum: both directions, words that are read and not written, and what a wrong one is told.
#include "base/words.h"

#include "base/json_fields.h"
#include "test_support.h"

namespace relprompt {
namespace {

enum class Fruit { kApple, kPear, kPlum };

// Neither in the order of the enum, nor one word each.
constexpr Word<Fruit> kFruitWords[] = {
    {Fruit::kPlum, "plum"}, {Fruit::kApple, "apple"}, {Fruit::kApple, "malus"}, {Fruit::kPear, "pear"}};

TEST(Words, GoBothWays) {
  for (const auto fruit : {Fruit::kApple, Fruit::kPear, Fruit::kPlum}) {
    EXPECT_EQ(value_of(kFruitWords, name_of(kFruitWords, fruit), "'fruit'"), fruit);
  }
  EXPECT_EQ(name_of(kFruitWords, Fruit::kApple), "apple") << "the first word is the one that is written";
  EXPECT_EQ(find_value(kFruitWords, "malus"), Fruit::kApple);
  EXPECT_EQ(find_value(kFruitWords, "Plum"), std::nullopt);
  EXPECT_EQ(names_of(kFruitWords), (std::vector<std::string>{"plum", "apple", "malus", "pear"}));
}

TEST(Words, WrongOnesAreToldTheNearest) {
  EXPECT_ERROR(value_of(kFruitWords, "aple", "--fruit"), ErrorCode::kBadArgument,
               "--fruit should be one of plum, apple, malus, pear, found \"aple\"; did you mean apple?");
  EXPECT_ERROR(value_of(kFruitWords, "", "'fruit'", ErrorCode::kBadModelConfig), ErrorCode::kBadModelConfig,
               "'fruit' should be one of");
  EXPECT_ERROR(name_of(kFruitWords, static_cast<Fruit>(7)), ErrorCode::kInternal, "no word for the value 7");
}

TEST(Words, AreChoicesOfAConfig) {
  const nlohmann::json object = {{"a", "pear"}, {"b", "peer"}};
  JsonFields fields(object, "c.yaml", ErrorCode::kBadArgument);
  EXPECT_EQ(fields.choice("a", Fruit::kPlum, kFruitWords), Fruit::kPear);
  EXPECT_EQ(fields.choice("absent", Fruit::kPlum, kFruitWords), Fruit::kPlum);
  EXPECT_ERROR(fields.choice("b", Fruit::kPlum, kFruitWords), ErrorCode::kBadArgument,
               "c.yaml: 'b' should be one of plum, apple, malus, pear, found \"peer\"; did you mean pear?");
}

}  // namespace
}  // namespace relprompt

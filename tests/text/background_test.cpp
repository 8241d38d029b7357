// The class that stands for everything else: its own phrases, and the built-in ones beside a single class.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/classes.h"

#include "test_support.h"

namespace relprompt {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

TEST(Background, IsOneMoreClassWithItsPhrases) {
  const auto list = with_background(parse_class_list("dog;puppy, cat"), "rest; sky ;wall");
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list.background, 2u);
  EXPECT_EQ(list.title(2), "rest");
  EXPECT_THAT(list.names[2], ElementsAre("sky", "wall")) << "the name is not read by the text tower";
  EXPECT_EQ(list.title(0), "dog");
  EXPECT_THAT(list.names[0], ElementsAre("dog", "puppy"));
  EXPECT_FALSE(list.contrast);
}

TEST(Background, WithoutPhrasesIsItsName) {
  const auto list = with_background(parse_class_list("dog"), "background");
  EXPECT_THAT(list.names[1], ElementsAre("background"));
}

TEST(Background, MayBeAClassOfTheList) {
  auto list = with_background(parse_class_list("other, dog"), "other;sky;wall");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list.background, 0u);
  EXPECT_EQ(list.title(0), "other");
  EXPECT_THAT(list.names[0], ElementsAre("sky", "wall"));
  list = with_background(vocabulary("context-60").classes, "background");
  EXPECT_EQ(list.size(), 60u);
  EXPECT_EQ(list.background, 0u);
  EXPECT_THAT(list.names[0], ElementsAre("background"));
}

TEST(Background, IsRefusedWhereItMeansNothing) {
  const auto dog = parse_class_list("dog, sky");
  EXPECT_ERROR(with_background(dog, ""), ErrorCode::kBadClassList, "");
  EXPECT_ERROR(with_background(dog, "rest, wall"), ErrorCode::kBadClassList, "is 2 classes; expected one");
  EXPECT_ERROR(with_background(dog, "rest;wall;wall"), ErrorCode::kBadClassList, "wall");
  EXPECT_ERROR(with_background(dog, "rest;;wall"), ErrorCode::kBadClassList, "empty name");
  EXPECT_ERROR(with_background(dog, "rest;wall;sky"), ErrorCode::kBadClassList, "name of the class 'sky'");
}

TEST(Contrast, StandsBesideASingleClass) {
  const auto list = with_contrast(parse_class_list("dog"));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list.background, 1u);
  EXPECT_TRUE(list.contrast);
  EXPECT_EQ(list.title(1), "background");
  EXPECT_EQ(list.names[1], contrast_words());
}

TEST(Contrast, DoesNotCompeteWithTheClassItself) {
  const auto list = with_contrast(parse_class_list("Wooden Floors;grass"));
  EXPECT_THAT(list.names[1], Not(Contains("floor")));
  EXPECT_THAT(list.names[1], Not(Contains("grass")));
  EXPECT_THAT(list.names[1], Contains("wood")) << "another word";
  EXPECT_EQ(list.names[1].size(), contrast_words().size() - 2);
  EXPECT_EQ(with_contrast(parse_class_list("background")).title(1), "everything else");
}

TEST(Vocabularies, OfTrainingFreeHeadsHaveTheirBackground) {
  const auto& voc = vocabulary("voc-21").classes;
  ASSERT_EQ(voc.size(), 21u);
  EXPECT_EQ(voc.background, 0u);
  EXPECT_EQ(voc.title(0), "background");
  EXPECT_EQ(voc.names[0].size(), 26u);
  EXPECT_EQ(voc.title(4), "boat");
  EXPECT_THAT(voc.names[4], ElementsAre("ship"));
  EXPECT_EQ(voc.names[15].size(), 7u);
  EXPECT_EQ(voc.title(20), "tvmonitor");
  const auto& object = vocabulary("coco-object-81").classes;
  ASSERT_EQ(object.size(), 81u);
  EXPECT_EQ(object.title(80), "toothbrush");
  EXPECT_EQ(object.names[1].size(), 8u);
  EXPECT_THAT(object.names[0], Not(Contains("bed"))) << "a class of its own";
  EXPECT_EQ(vocabulary("cityscapes-19").classes.title(18), "bicycle");
}

}  // namespace
}  // namespace relprompt

// relprompt::ClassSet: class names of one model, used by any number of sessions.
#include <gtest/gtest.h>

#include "relprompt/segmenter.h"

#include "tiny_session.h"

namespace relprompt {
namespace {

class ClassSetTest : public test::TinySession {};

TEST_F(ClassSetTest, ComesFromTheCacheTheSecondTime) {
  const Model model(folder(), one_thread());
  const auto classes = parse_class_list("road, sky;heaven, tree");
  const ClassSet first(model, classes);
  EXPECT_EQ(first.size(), 3u);
  EXPECT_TRUE(first.text_tower_ran());
  EXPECT_FALSE(ClassSet(model, classes).text_tower_ran());
  TextOptions fresh;
  fresh.use_cache = false;
  EXPECT_TRUE(ClassSet(model, classes, fresh).text_tower_ran());
  EXPECT_TRUE(first.unknown_words().empty());
}

TEST_F(ClassSetTest, ServesSeveralSessions) {
  const Model model(folder(), one_thread());
  const ClassSet classes(model, parse_class_list("road, sky"));
  Segmenter first(model, classes), second(model);
  EXPECT_EQ(second.class_count(), 0u);
  second.set_classes(classes);
  const auto image = make_image(64, 64);
  EXPECT_EQ(first.segment(image).labels.labels, second.segment(image).labels.labels);
}

TEST_F(ClassSetTest, BelongsToItsModel) {
  const Model model(folder(), one_thread()), other(folder(), one_thread());
  Segmenter segmenter(model);
  EXPECT_ERROR(segmenter.set_classes(ClassSet(other, parse_class_list("road"))), ErrorCode::kBadArgument,
               "another model");
}

TEST_F(ClassSetTest, RefusesNamesItCannotEmbed) {
  const Model model(folder(), one_thread());
  EXPECT_ERROR(ClassSet(model, ClassList()), ErrorCode::kBadClassList, "empty");
  EXPECT_ERROR(ClassSet(model, nullptr, 1), ErrorCode::kBadClassList, "1 embeddings");
  const auto classes = parse_class_list("road");
  TextOptions text;
  text.templates = {"no place for the name"};
  EXPECT_ERROR(ClassSet(model, classes, text), ErrorCode::kBadTemplate, "no place");
  text.templates = {"{}" + std::string(400, 'x')};
  EXPECT_ERROR(ClassSet(model, classes, text), ErrorCode::kTextTooLong, "77");
  text.truncate = true;
  EXPECT_EQ(ClassSet(model, classes, text).size(), 1u);
}

}  // namespace
}  // namespace relprompt

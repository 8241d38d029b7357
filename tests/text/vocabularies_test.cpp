// Built-in class lists: order, sizes, zero-shot splits, look-up, and agreement with the shared label files.
#include <nlohmann/json.hpp>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/classes.h"

#include "base/nearest_name.h"
#include "test_support.h"
#include "text/class_line.h"

namespace relprompt {
namespace {

std::vector<std::string> titles(const ClassList& list) {
  std::vector<std::string> result;
  for (std::size_t label = 0; label < list.size(); ++label) result.push_back(list.title(label));
  return result;
}

std::vector<std::size_t> unseen(const ClassList& list) {
  std::vector<std::size_t> labels;
  for (std::size_t label = 0; label < list.seen.size(); ++label) {
    if (!list.seen[label]) labels.push_back(label);
  }
  return labels;
}

TEST(Vocabularies, AreEightWithoutDuplicates) {
  std::vector<std::pair<std::string, std::size_t>> sizes;
  for (const Vocabulary& entry : vocabularies()) {
    sizes.emplace_back(entry.name, entry.classes.size());
    EXPECT_FALSE(entry.description.empty());
    std::string titles_text, names_text;
    for (const std::string& title : titles(entry.classes)) titles_text += title + "\n";
    for (const auto& names : entry.classes.names) names_text += text::class_line(names) + "\n";
    EXPECT_EQ(parse_class_list(titles_text).size(), entry.classes.size()) << entry.name;
    EXPECT_EQ(parse_class_list(names_text).names, entry.classes.names) << entry.name;
  }
  EXPECT_THAT(sizes,
              testing::ElementsAre(testing::Pair("voc-20", 20), testing::Pair("voc-21", 21),
                                   testing::Pair("coco-stuff-171", 171), testing::Pair("coco-object-81", 81),
                                   testing::Pair("context-59", 59), testing::Pair("context-60", 60),
                                   testing::Pair("ade-150", 150), testing::Pair("cityscapes-19", 19)));
}

TEST(Vocabularies, SplitsFollowTheProtocols) {
  EXPECT_THAT(unseen(vocabulary("voc-20").classes), testing::ElementsAre(15, 16, 17, 18, 19));
  EXPECT_THAT(unseen(vocabulary("coco-stuff-171").classes),
              testing::ElementsAre(19, 23, 28, 29, 36, 51, 76, 88, 94, 112, 133, 136, 137, 157, 160));
  std::vector<std::string> context;
  for (const std::size_t label : unseen(vocabulary("context-59").classes)) {
    context.push_back(vocabulary("context-59").classes.title(label));
  }
  EXPECT_THAT(context, testing::UnorderedElementsAre("cow", "motorbike", "sofa", "cat", "boat", "fence",
                                                     "bird", "tvmonitor", "keyboard", "aeroplane"));
  EXPECT_EQ(unseen(vocabulary("context-60").classes).size(), 10u);
  EXPECT_TRUE(vocabulary("ade-150").classes.seen.empty());
}

TEST(Vocabularies, Context60IsContext59BehindABackground) {
  std::vector<std::string> names = titles(vocabulary("context-59").classes);
  names.insert(names.begin(), "background");
  EXPECT_EQ(titles(vocabulary("context-60").classes), names);
  EXPECT_TRUE(vocabulary("context-60").classes.seen[0]);
}

TEST(Vocabularies, ContextCallsLabel49ATableAndAlsoADiningtable) {
  const auto& classes = vocabulary("context-59").classes;
  EXPECT_THAT(classes.names[49], testing::ElementsAre("table", "diningtable"));
  EXPECT_EQ(classes.title(49), "table");
  EXPECT_EQ(vocabulary("context-60").classes.names[50], classes.names[49]);
  for (std::size_t label = 0; label < classes.size(); ++label) {
    EXPECT_EQ(classes.names[label].size(), label == 49 ? 2u : 1u) << classes.title(label);
  }
}

TEST(Vocabularies, EqualTheSharedLabelFiles) {
  RELPROMPT_REQUIRE_SHARED(shared);
  for (const auto& [name, file] : std::vector<std::pair<std::string, std::string>>{
           {"voc-20", "voc20"}, {"coco-stuff-171", "coco"}, {"context-59", "pc59"}, {"ade-150", "ade150"}}) {
    auto expected = nlohmann::json::parse(test::read_text(shared / "vocab" / (file + ".json")))
                        .get<std::vector<std::string>>();
    for (std::string& title : expected) title.erase(title.find_last_not_of(' ') + 1);
    const auto& classes = vocabulary(name).classes;
    ASSERT_EQ(classes.size(), expected.size()) << name;
    // A file may know a class by a later one of its names.
    for (std::size_t label = 0; label < expected.size(); ++label)
      EXPECT_THAT(classes.names[label], testing::Contains(expected[label])) << name;
  }
}

TEST(Vocabularies, UnknownNameListsTheKnownOnes) {
  EXPECT_ERROR(vocabulary("context60"), ErrorCode::kBadVocabulary, "no built-in vocabulary 'context60'");
  EXPECT_ERROR(vocabulary("context60"), ErrorCode::kBadVocabulary,
               "ade-150, cityscapes-19; did you mean context-60?");
  EXPECT_ERROR(vocabulary(""), ErrorCode::kBadVocabulary, "there are voc-20");
}

TEST(NearestName, CountsEdits) {
  const std::vector<std::string> names = {"segment", "import", "info", "classes"};
  EXPECT_EQ(nearest_name("segmnet", names), "segment");
  EXPECT_EQ(nearest_name("INFO", names), "info");
  EXPECT_EQ(nearest_name("imports", names), "import");
  EXPECT_EQ(nearest_name("clases", names), "classes");
  EXPECT_EQ(nearest_name("banana", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("b", {"a"}), "");
  EXPECT_EQ(nearest_name(std::string(100'000, 'x'), names), "");
  EXPECT_EQ(suggestion("inof", names), "; did you mean info?");
  EXPECT_EQ(suggestion("banana", names), "");
}

}  // namespace
}  // namespace relprompt

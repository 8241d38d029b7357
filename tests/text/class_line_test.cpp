// Names that hold the separators of a class list: quotes, backslashes, and lists that are read as written.
#include "text/class_line.h"

#include <random>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/classes.h"

#include "test_support.h"
#include "text/unicode.h"

namespace relprompt {
namespace {

using Names = std::vector<std::vector<std::string>>;

TEST(ClassLine, QuotesKeepSeparatorsInAName) {
  EXPECT_EQ(parse_class_list(R"("car, big", road)").names, (Names{{"car, big"}, {"road"}}));
  EXPECT_EQ(parse_class_list(R"(road;"car, big" ;"a;b","c # d" # note)").names,
            (Names{{"road", "car, big", "a;b"}, {"c # d"}}));
  EXPECT_EQ(parse_class_list("\"#1\"\n \"x  y\" ,\nroad").names, (Names{{"#1"}, {"x y"}, {"road"}}));
}

TEST(ClassLine, TwoQuotesInQuotesAreOne) {
  EXPECT_EQ(parse_class_list(R"("5"" gun", """red"" car")").names, (Names{{"5\" gun"}, {"\"red\" car"}}));
}

TEST(ClassLine, ABackslashKeepsTheSeparatorBehindIt) {
  EXPECT_EQ(parse_class_list(R"(a\,b, c\;d;e \# f, \"g, h\\, i\j)").names,
            (Names{{"a,b"}, {"c;d", "e # f"}, {"\"g"}, {"h\\"}, {"i\\j"}}));
  EXPECT_EQ(parse_class_list(R"("a\,b")").names, (Names{{"a\\,b"}})) << "in quotes it is itself";
}

TEST(ClassLine, SaysWhereQuotesAreWrong) {
  EXPECT_ERROR(parse_class_list("road\n\"car, big, sky"), ErrorCode::kBadClassList,
               "line 2: '\"car, big, sky' has a quote that nothing closes");
  EXPECT_ERROR(parse_class_list("\"car\" big, sky"), ErrorCode::kBadClassList,
               "goes on behind a closing quote");
  EXPECT_ERROR(parse_class_list("\"car\"# note"), ErrorCode::kBadClassList, "goes on behind a closing quote");
  EXPECT_ERROR(parse_class_list("the \"car, big\", sky"), ErrorCode::kBadClassList, "a quote inside a name");
  EXPECT_ERROR(parse_class_list("road, \"\""), ErrorCode::kBadClassList,
               "class 2, '\"\"', has an empty name");
}

TEST(ClassLine, IsWrittenWithQuotesWhereNeeded) {
  using text::class_line;
  EXPECT_EQ(class_line({"car", "motor car"}), "car;motor car");
  EXPECT_EQ(class_line({"car, big", "5\" gun", "C#", "a # b", "#1", "a\\b"}),
            R"("car, big";"5"" gun";C#;"a # b";"#1";"a\b")");
  EXPECT_EQ(class_line({"\uFEFFcat"}), "\"\uFEFFcat\"");
}

/// A name of separators, quotes, blanks and letters that no class has had yet.
std::string random_name(std::mt19937& random, std::set<std::string>& used) {
  const std::vector<std::string> pieces = {",", ";", "#",      "\"",     "\\", " ",
                                           "a", "B", "\u00E9", "\uFEFF", "'",  "@"};
  for (;;) {
    std::string name;
    const std::size_t length = 1 + random() % 6;
    for (std::size_t i = 0; i < length; ++i) name += pieces[random() % pieces.size()];
    name = text::collapse_blanks(name);
    if (!name.empty() && used.insert(text::comparison_key(name)).second) return name;
  }
}

TEST(ClassLine, RandomListsAreReadAsWritten) {
  std::mt19937 random(20);
  for (int round = 0; round < 300; ++round) {
    std::set<std::string> used;
    Names names(1 + random() % 8);
    std::string lines, commas;
    for (auto& of_class : names) {
      for (std::size_t i = 0; i <= random() % 3; ++i) of_class.push_back(random_name(random, used));
      lines += text::class_line(of_class) + "\n";
      commas += (commas.empty() ? "" : ", ") + text::class_line(of_class);
    }
    ASSERT_EQ(parse_class_list(lines).names, names) << lines;
    ASSERT_EQ(parse_class_list(commas).names, names) << commas;
  }
}

}  // namespace
}  // namespace relprompt

// How a line is cut before it is shaped.
#include "fonts/line.h"

#include <string>

#include <gmock/gmock.h>

namespace relprompt::fonts {
namespace {

using testing::ElementsAre;

/// The text with its scripts: "Latn:ab Cyrl:я".
std::string scripts(const std::string& utf8) {
  const auto text = icu::UnicodeString::fromUTF8(utf8);
  const auto all = scripts_of(text);
  std::string described;
  for (int i = 0; i < text.length();) {
    int end = i;
    while (end < text.length() && all[static_cast<std::size_t>(end)] == all[static_cast<std::size_t>(i)])
      ++end;
    described +=
        std::string(i == 0 ? "" : "|") + uscript_getShortName(all[static_cast<std::size_t>(i)]) + ":";
    text.tempSubStringBetween(i, end).toUTF8String(described);
    i = end;
  }
  return described;
}

std::vector<std::string> pieces(const std::string& utf8) {
  Faces faces;
  if (faces.empty()) return {"no font"};
  const auto text = icu::UnicodeString::fromUTF8(utf8);
  std::vector<std::string> found;
  for (const Piece& piece : pieces_of(text, faces)) {
    std::string line = std::string(uscript_getShortName(piece.script)) + ":";
    text.tempSubString(piece.begin, piece.length).toUTF8String(line);
    if (found.empty() || found.back() != line) found.push_back(line);
  }
  return found;
}

TEST(Scripts, AreThoseOfTheLetters) {
  EXPECT_EQ(scripts("abcдомλόγος"), "Latn:abc|Cyrl:дом|Grek:λόγος");
  EXPECT_EQ(scripts("道路road"), "Hani:道路|Latn:road");
  EXPECT_EQ(scripts(""), "");
}

TEST(Scripts, WhatAllShareGoesWithWhatIsBeforeIt) {
  EXPECT_EQ(scripts("car 2, дом 3"), "Latn:car 2, |Cyrl:дом 3");
  EXPECT_EQ(scripts("(12) дом"), "Cyrl:(12) дом") << "nothing is before it";
  EXPECT_EQ(scripts("12 - 3"), "Zyyy:12 - 3");
  EXPECT_EQ(scripts("e\u0301д\u0301"), "Latn:e\u0301|Cyrl:д\u0301") << "marks";
  EXPECT_EQ(scripts("\U0001F697 car \U0001F697"), "Latn:\U0001F697 car \U0001F697");
}

TEST(Scripts, WhatSomeShareGoesWithOneOfThem) {
  EXPECT_EQ(scripts("road ١٢٣"), "Latn:road |Arab:١٢٣");
  EXPECT_EQ(scripts("طريق ١٢٣"), "Arab:طريق ١٢٣");
  EXPECT_EQ(scripts("カー"), "Kana:カー");
}

TEST(Pieces, HaveOneScriptEach) {
  const auto found = pieces("abcдомλογος");
  if (found.front() == "no font") GTEST_SKIP() << "no font here";
  EXPECT_THAT(found, ElementsAre("Latn:abc", "Cyrl:дом", "Grek:λογος"));
  EXPECT_THAT(pieces("ab ١٢"), ElementsAre("Latn:ab ", "Arab:١٢"));
}

TEST(Pieces, OfARightToLeftRunAreInTheOrderInWhichTheyAreSeen) {
  const auto found = pieces("\u05D0\u05D1\u0628\u0629");
  if (found.front() == "no font") GTEST_SKIP() << "no font here";
  EXPECT_THAT(found, ElementsAre("Arab:\u0628\u0629", "Hebr:\u05D0\u05D1"));
}

}  // namespace
}  // namespace relprompt::fonts

// Text cleaning: entities, quotes, ligatures, widths, composition, white space, case, invalid bytes.
#include "text/clean.h"

#include <gtest/gtest.h>

#include "test_support.h"
#include "text/html_entities.h"
#include "text/limits.h"
#include "text/unicode.h"
#include "text/word_split.h"

namespace relprompt::text {
namespace {

TEST(Clean, CollapsesEveryKindOfWhiteSpace) {
  EXPECT_EQ(clean("  hello\tworld\r\n  new   line "), "hello world new line");
  EXPECT_EQ(clean("\u00A0no\u2003break\u3000space\u2028"), "no break space");
  EXPECT_EQ(clean(" \t\n"), "");
}

TEST(Clean, UnescapesEntitiesTwice) {
  EXPECT_EQ(clean("a&amp;b &lt;tag&gt; &amp;amp;"), "a&b <tag> &");
  EXPECT_EQ(clean("&amp;amp;amp;"), "&amp;");
  EXPECT_EQ(clean("it&rsquo;s caf&eacute;"), "it's caf\u00E9");
}

TEST(Clean, PlainFormsOfQuotesLigaturesAndWidths) {
  EXPECT_EQ(clean("it\u2019s \u201Ccurly\u201D \u201Elow\u201F"), "it's \"curly\" \"low\"");
  EXPECT_EQ(clean("\uFB01sh \uFB03 \uFB06 \u0133s \u01C4 \u0149"), "fish ffi st ijs d\u017E 'n");
  EXPECT_EQ(clean("\uFF23\uFF21\uFF34\uFF01"), "cat!");
  EXPECT_EQ(clean("\uFF76\uFF9E"), "\u30AC");  // half-width KA and its voicing mark become one GA
}

TEST(Clean, ComposesButKeepsCompatibilityCharacters) {
  EXPECT_EQ(clean("cafe\u0301"), "caf\u00E9");
  EXPECT_EQ(clean("\u00BD \u00B2"), "\u00BD \u00B2");
}

TEST(Clean, LowerCaseKnowsTheFinalSigma) {
  EXPECT_EQ(clean("\u0391\u03A3\u03A3\u039F\u03A3"), "\u03B1\u03C3\u03C3\u03BF\u03C2");
  EXPECT_EQ(clean("\u0130 \u1E9E \u2163"), "i\u0307 \u00DF \u2173");
}

TEST(Clean, ReplacesInvalidBytesAndDropsControlCharacters) {
  EXPECT_EQ(clean("a\xFF"
                  "b"),
            "a\uFFFDb");
  EXPECT_EQ(clean("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate in UTF-8 clothes
  EXPECT_EQ(clean("caf\xC3"), "caf\uFFFD");
  EXPECT_EQ(clean(std::string_view("a\0b\x1B"
                                   "c\x7F",
                                   6)),
            "abc");
  EXPECT_EQ(clean("\uFEFF"
                  "cat"),
            "cat");
}

TEST(Clean, RefusesMoreThanItsLimit) {
  EXPECT_ERROR(clean(std::string(kMaxTextBytes + 1, 'x')), ErrorCode::kTextTooLong,
               "65537 bytes; at most 65536");
}

TEST(HtmlEntities, TableIsSortedForTheSearch) {
  for (std::size_t i = 1; i < kHtmlEntities.size(); ++i) {
    ASSERT_LT(kHtmlEntities[i - 1].name, kHtmlEntities[i].name);
  }
}

TEST(HtmlEntities, EveryNameIsFound) {
  for (const HtmlEntity& entity : kHtmlEntities) {
    const std::string reference = "&" + std::string(entity.name) + ";";
    EXPECT_EQ(unescape_html(reference), unescape_html("&#" + std::to_string(entity.character) + ";"))
        << reference;
  }
}

TEST(HtmlEntities, Numbers) {
  EXPECT_EQ(unescape_html("&#65;&#x42;&#X43;&#68 &#x1F600;"), "ABCD \U0001F600");
  EXPECT_EQ(unescape_html("&#147;quoted&#148;"), "\u201Cquoted\u201D");
  EXPECT_EQ(unescape_html("&#0;&#xD800;&#99999999999999999999;"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(unescape_html("&#; &#x; &#xg; &#"), "&#; &#x; &#xg; &#");
}

TEST(HtmlEntities, NamesWithoutSemicolon) {
  EXPECT_EQ(unescape_html("a &amp b &ampc &notit &copy"), "a & b &c \u00ACit \u00A9");
  EXPECT_EQ(unescape_html("&alpha &apos &unknown; & &"), "&alpha &apos &unknown; & &");
  EXPECT_EQ(unescape_html("&notin;&thetasym;"), "\u2209\u03D1");
}

TEST(WordSplit, FollowsTheOrderOfTheExpression) {
  const auto words = [](std::string_view text) {
    std::vector<std::string> result;
    for (const Word& word : split_words(text)) result.emplace_back(word.text);
    return result;
  };
  using Words = std::vector<std::string>;
  EXPECT_EQ(words("i'm sure they'll"), (Words{"i", "'m", "sure", "they", "'ll"}));
  EXPECT_EQ(words("3.14 \u00BD"), (Words{"3", ".", "1", "4", "\u00BD"}));
  EXPECT_EQ(words("a_b!!! 's '"), (Words{"a", "_", "b", "!!!", "'s", "'"}));
  EXPECT_EQ(words("x!'s"), (Words{"x", "!'", "s"}));
  EXPECT_EQ(words("\u0301a"), (Words{"\u0301", "a"}));
  EXPECT_TRUE(words("  ").empty());
}

TEST(WordSplit, FindsSpecialTokens) {
  const auto words = split_words("<|startoftext|>cat<|endoftext|>!<|endoftext|>");
  ASSERT_EQ(words.size(), 6u);
  EXPECT_EQ(words[0].kind, WordKind::kStart);
  EXPECT_EQ(words[1].kind, WordKind::kText);
  EXPECT_EQ(words[2].kind, WordKind::kEnd);
  EXPECT_EQ(words[3].text, "!<|");  // inside a run of symbols it is no token
  EXPECT_EQ(words[4].text, "endoftext");
}

TEST(Unicode, TrimsUnicodeWhiteSpace) {
  EXPECT_EQ(trim("\u3000 a b\u00A0\n"), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim(" \xFF "), "\xFF");
}

TEST(Unicode, ComparisonKeyIgnoresCaseSpacesAndComposition) {
  EXPECT_EQ(comparison_key(" Stra\u00DFe  X"), comparison_key("STRASSE\tx"));
  EXPECT_EQ(comparison_key("cafe\u0301"), comparison_key("CAF\u00C9"));
  EXPECT_NE(comparison_key("cafe"), comparison_key("caf\u00E9"));
}

TEST(Unicode, ExcerptIsShortAndHarmless) {
  EXPECT_EQ(excerpt("a\x1B[31m\xFF"), "'a?[31m?'");
  EXPECT_EQ(excerpt(std::string(1000, 'x')).size(), 65u);
  EXPECT_EQ(excerpt("\u732B"), "'\u732B'");
}

TEST(Unicode, FindsTheFirstInvalidByte) {
  EXPECT_EQ(find_invalid_utf8("caf\u00E9"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("ab\xC3"), 2u);
  EXPECT_EQ(find_invalid_utf8("\xC0\x80"), 0u);
}

}  // namespace
}  // namespace relprompt::text

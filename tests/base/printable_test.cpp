// Text that could steer a terminal or read as something else than it is.
#include "base/printable.h"

#include <gtest/gtest.h>

namespace relprompt {
namespace {

TEST(Printable, ControlsBecomeEscapes) {
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a\\x1b[2Jb\\x0a");
  EXPECT_EQ(printable("a\nb\r", true), "a\nb\\x0d");
  EXPECT_EQ(printable("\u009B31m\x7F"), "\\x9b31m\\x7f") << "the one-character form of ESC [";
}

TEST(Printable, WhatTurnsTheDirectionOfWritingIsShown) {
  EXPECT_EQ(printable("image\u202Egpj.exe"), "image\\u202egpj.exe");
  for (const char* control : {"\u200E", "\u200F", "\u061C", "\u202A", "\u202B", "\u202C", "\u202D", "\u202E",
                              "\u2066", "\u2067", "\u2068", "\u2069"}) {
    EXPECT_EQ(printable(control).substr(0, 2), "\\u") << printable(control);
  }
}

TEST(Printable, WhatHasNoMarkIsShown) {
  EXPECT_EQ(printable("a\u00ADb\u200Bc\u2060d\uFEFFe"), "a\\xadb\\u200bc\\u2060d\\ufeffe");
  EXPECT_EQ(printable("a\u2028b\u2029c\u3164d"), "a\\u2028b\\u2029c\\u3164d");
  EXPECT_EQ(printable("\U000E0041"), "\\U000e0041") << "a letter of the invisible alphabet of tags";
}

TEST(Printable, OrdinaryWordsOfAllScriptsStay) {
  for (const char* word :
       {"road", "cafe\u0301", "\u8857\u89D2", "\u05E8\u05DB\u05D1",
        "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", "\U0001F468\u200D\U0001F469\u200D\U0001F467",
        "\u2764\uFE0F", "\u0915\u094D\u200D\u0937", "\u0600\u0661"}) {
    EXPECT_EQ(printable(word), word);
  }
}

TEST(Printable, BrokenUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(printable("a\xFFz\xC3"), "a\uFFFDz\uFFFD");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "half of a surrogate pair is no UTF-8";
}

}  // namespace
}  // namespace relprompt

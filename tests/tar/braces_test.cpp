#include "tar/braces.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace relprompt::tar {
namespace {

using testing::ElementsAre;

TEST(Braces, RangesOfNumbersKeepTheirZeros) {
  EXPECT_THAT(expand_braces("s/{008..011}.tar"),
              ElementsAre("s/008.tar", "s/009.tar", "s/010.tar", "s/011.tar"));
  EXPECT_THAT(expand_braces("{8..11}"), ElementsAre("8", "9", "10", "11"));
  EXPECT_THAT(expand_braces("{00..2}"), ElementsAre("00", "01", "02"));
  EXPECT_THAT(expand_braces("{3..1}"), ElementsAre("3", "2", "1"));
  EXPECT_THAT(expand_braces("{-1..1}"), ElementsAre("-1", "0", "1"));
  EXPECT_THAT(expand_braces("{0..8..3}"), ElementsAre("0", "3", "6"));
  EXPECT_THAT(expand_braces("{0..4..-2}"), ElementsAre("0", "2", "4"));
  EXPECT_EQ(expand_braces("{000000..000127}").size(), 128U);
}

TEST(Braces, ListsAndRangesCombine) {
  EXPECT_THAT(expand_braces("{train,val}-{0..1}.tar"),
              ElementsAre("train-0.tar", "train-1.tar", "val-0.tar", "val-1.tar"));
  EXPECT_THAT(expand_braces("a{b,{c,d}e}f"), ElementsAre("abf", "acef", "adef"));
  EXPECT_THAT(expand_braces("{a..c}"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(expand_braces("x{,y}"), ElementsAre("x", "xy"));
}

TEST(Braces, WhatIsNoneStays) {
  for (const char* word : {"plain.tar", "{x}.tar", "{}", "{1..b}", "{1..2", "1..2}", "{1..}", "{1.2}",
                           "{a..bc}", "{99999999999999999999..1}"}) {
    EXPECT_THAT(expand_braces(word), ElementsAre(word));
  }
  EXPECT_THAT(expand_braces("\\{1..2\\}.tar"), ElementsAre("{1..2}.tar"));
  EXPECT_THAT(expand_braces("{x{1..2}}"), ElementsAre("{x1}", "{x2}"));
}

TEST(Braces, HaveALimit) {
  EXPECT_ERROR(expand_braces("{0..1000000}"), ErrorCode::kBadArgument, "at most 1000000 words");
  EXPECT_ERROR(expand_braces("{0..9999}{0..9999}"), ErrorCode::kBadArgument, "{0..9999}{0..9999}: expected");
  EXPECT_EQ(expand_braces("{0..999}{0..99}").size(), 100'000U);
  EXPECT_EQ(expand_braces(std::string(5000, '{')).size(), 1U);
  EXPECT_EQ(expand_braces(std::string(4000, '{')).size(), 1U);
}

}  // namespace
}  // namespace relprompt::tar

// Confusion counts as text: lossless, and one bad text for every way to be bad.
#include "eval/confusion_json.h"

#include <gtest/gtest.h>

#include "relprompt/classes.h"

#include "eval/json_text.h"
#include "label_maker.h"
#include "test_support.h"

namespace relprompt::eval {
namespace {

using test::random_matrix;
using test::row;

void expect_round_trip(const ConfusionMatrix& matrix) {
  const ConfusionMatrix read = parse_confusion(to_text(matrix), "here");
  EXPECT_EQ(read.detail(), matrix.detail());
  EXPECT_EQ(read.cells(), matrix.cells());
  EXPECT_EQ(read.images(), matrix.images());
  EXPECT_EQ(read.pixels(), matrix.pixels());
  EXPECT_EQ(read.ignored(), matrix.ignored());
}

TEST(ConfusionJson, RoundTrips) {
  for (const Detail detail : {Detail::kPairs, Detail::kTotals}) {
    expect_round_trip(ConfusionMatrix(5, detail));
    expect_round_trip(random_matrix({17, 23, 20, 20, 255, true}, 1, 3, detail));
    expect_round_trip(random_matrix({64, 64, 847, 847, 65535, true}, 2, 3, detail));
    expect_round_trip(random_matrix({17, 23, kMaxClasses, kMaxClasses, 65535, true}, 3, 1, detail));
  }
  // Beyond the 53 bits of a JSON reader that keeps numbers as doubles.
  expect_round_trip(*ConfusionMatrix::from_cells(1, Detail::kPairs, {(std::uint64_t{1} << 63) + 1, 0}, 7, 3));
}

TEST(ConfusionJson, IsTheDocumentedText) {
  ConfusionMatrix matrix(2);
  matrix.add("a", row({0, 1, LabelMap::kUnknown, 0}), row({0, 0, 0, 9}), 9);
  EXPECT_EQ(to_text(matrix), R"({"classes":2,"detail":"pairs","format":"relprompt confusion 1","ignored":1,)"
                             R"("images":1,"rows":[[0,1,1,1,2,1],[]]})"
                             "\n");
  ConfusionMatrix totals(2, Detail::kTotals);
  totals.add("a", row({0, 0, 0}), row({0, 0, 0}), 9);
  EXPECT_EQ(to_text(totals), R"({"classes":2,"detail":"totals","format":"relprompt confusion 1","ignored":0,)"
                             R"("images":1,"rows":[[3,3,3],[]]})"
                             "\n");
}

void expect_refused(const std::string& text, const std::string& fragment) {
  EXPECT_ERROR(parse_confusion(text, "counts.json"), ErrorCode::kUnreadable, fragment);
  EXPECT_ERROR(parse_confusion(text, "counts.json"), ErrorCode::kUnreadable, "counts.json");
}

// A text that is good but for the parts given.
std::string text_of(const std::string& rows, const std::string& classes = "2",
                    const std::string& detail = "\"pairs\"", const std::string& images = "1",
                    const std::string& ignored = "0") {
  return R"({"format":"relprompt confusion 1","classes":)" + classes + ",\"detail\":" + detail +
         ",\"images\":" + images + ",\"ignored\":" + ignored + ",\"rows\":" + rows + "}";
}

TEST(ConfusionJson, RefusesTextsOfAnotherKind) {
  EXPECT_EQ(parse_confusion(text_of("[[0,1,2,5],[1,7]]"), "x").pixels(), 13u);
  expect_refused("", "not valid JSON at line 1, byte");
  expect_refused(text_of("[[],[]]").substr(0, 60), "not valid JSON at line 1, byte");
  expect_refused("[1]", "no object");
  expect_refused("{}", "\"format\" is missing");
  expect_refused(R"({"format":"relprompt confusion 2"})", "its format is not \"relprompt confusion 1\"");
  expect_refused(R"({"format":1})", "\"format\" is no text");
  expect_refused(std::string(400'000, '[') + std::string(400'000, ']'), "nests too deep");
  expect_refused("[1e999]", "out of range");
}

TEST(ConfusionJson, RefusesBadFields) {
  expect_refused(text_of("[[],[]]", "3"), "2 rows of pairs for 3 classes");
  expect_refused(text_of("[]", "0"), "0 classes");
  expect_refused(text_of("[]", "65536"), "\"classes\" is no whole number of 0 to 65535");
  expect_refused(text_of("[]", "-1"), "\"classes\" is no whole number");
  expect_refused(text_of("[]", "2.0"), "\"classes\" is no whole number");
  expect_refused(text_of("[[],[]]", "2", "\"some\""), "neither pairs nor totals");
  expect_refused(text_of("[[],[]]", "2", "\"pairs\"", "\"1\""), "\"images\" is no whole number");
  expect_refused(text_of("[[],[]]", "2", "\"pairs\"", "1", "18446744073709551616"),
                 "\"ignored\" is no whole");
  expect_refused(text_of("{}"), "\"rows\" is no list");
  std::string many = "[[]";
  for (std::size_t i = 0; i < kMaxPairClasses; ++i) many += ",[]";
  expect_refused(text_of(many + "]", "4097"), "4097 rows of pairs");
}

TEST(ConfusionJson, RefusesBadRows) {
  expect_refused(text_of("[[],7]"), "row 1 is no list");
  expect_refused(text_of("[[0,-1],[]]"), "row 0 holds no counts");
  expect_refused(text_of("[[0,1.5],[]]"), "row 0 holds no counts");
  expect_refused(text_of("[[0],[]]"), "row 0 is no list of ascending classes");
  expect_refused(text_of("[[3,1],[]]"), "row 0 is no list of ascending classes");
  expect_refused(text_of("[[1,1,1,1],[]]"), "row 0 is no list of ascending classes");
  expect_refused(text_of("[[1,1,0,1],[]]"), "row 0 is no list of ascending classes");
  expect_refused(text_of("[[0,0],[]]"), "row 0 is no list of ascending classes");
  expect_refused(text_of("[[1,2],[]]", "2", "\"totals\""), "row 0 has 2 counts instead of 3");
  expect_refused(text_of("[[2,1,2],[]]", "2", "\"totals\""), "no images can have these counts");
  expect_refused(text_of("[[0,18446744073709551615],[1,1]]"), "no images can have these counts");
  expect_refused(text_of("[[0,1],[]]", "2", "\"pairs\"", "0"), "no images can have these counts");
}

TEST(ConfusionJson, CapsTheSizeBeforeParsing) {
  EXPECT_ERROR(parse_json(std::string(kMaxJsonBytes + 1, ' '), "x"), ErrorCode::kUnreadable,
               "at most 268435456");
}

}  // namespace
}  // namespace relprompt::eval

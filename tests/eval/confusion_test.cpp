// Counting: equal to a naive count of every class by itself, whole images or none, shards add up.
#include "eval/confusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/classes.h"

#include "label_maker.h"
#include "test_support.h"

namespace relprompt::eval {
namespace {

using test::Pair;
using test::random_matrix;
using test::random_pair;
using test::Recipe;
using test::row;
using testing::ElementsAre;

constexpr std::optional<std::uint16_t> kNothingIgnored;

bool same(const ConfusionMatrix& a, const ConfusionMatrix& b) {
  return a.classes() == b.classes() && a.detail() == b.detail() && a.cells() == b.cells() &&
         a.images() == b.images() && a.pixels() == b.pixels() && a.ignored() == b.ignored();
}

// The obvious way: for one class, walk over all pixels and ask.
ClassCounts naive_count(const std::vector<Pair>& pairs, std::size_t label,
                        std::optional<std::uint16_t> ignore) {
  ClassCounts counts;
  for (const Pair& pair : pairs) {
    for (std::size_t i = 0; i < pair.truth.labels.size(); ++i) {
      if (ignore && pair.truth.labels[i] == *ignore) continue;
      const bool truth = pair.truth.labels[i] == label, prediction = pair.prediction.labels[i] == label;
      counts.truth += truth ? 1 : 0;
      counts.prediction += prediction ? 1 : 0;
      counts.intersection += truth && prediction ? 1 : 0;
    }
  }
  return counts;
}

void expect_naive(const Recipe& recipe, Detail detail) {
  std::vector<Pair> pairs;
  ConfusionMatrix matrix(recipe.classes, detail);
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    pairs.push_back(random_pair(recipe, seed));
    matrix.add("image", pairs.back().prediction, pairs.back().truth, recipe.ignore);
  }
  const auto counts = matrix.class_counts();
  ASSERT_EQ(counts.size(), recipe.classes);
  std::uint64_t labelled = 0;
  for (std::size_t label = 0; label < recipe.classes; ++label) {
    const ClassCounts expected = naive_count(pairs, label, recipe.ignore);
    ASSERT_EQ(counts[label].intersection, expected.intersection) << label;
    ASSERT_EQ(counts[label].prediction, expected.prediction) << label;
    ASSERT_EQ(counts[label].truth, expected.truth) << label;
    labelled += expected.truth;
  }
  EXPECT_EQ(matrix.pixels(), labelled);
  EXPECT_EQ(matrix.pixels() + matrix.ignored(), 4u * 17 * 23);
  EXPECT_EQ(matrix.ignored() > 0, recipe.ignore.has_value());
}

TEST(Confusion, EqualsANaiveCount) {
  for (const Detail detail : {Detail::kPairs, Detail::kTotals}) {
    expect_naive({17, 23, 1, 1, kNothingIgnored, false}, detail);
    expect_naive({17, 23, 20, 20, 255, true}, detail);
    expect_naive({17, 23, 171, 171, 255, false}, detail);
    expect_naive({17, 23, 847, 847, 65535, true}, detail);
    expect_naive({17, 23, 847, 300, kNothingIgnored, true}, detail);  // absent classes, 255 a class
    expect_naive({17, 23, 459, 459, 459, false}, detail);
    expect_naive({17, 23, 60000, 60000, 65535, true}, detail);
  }
}

TEST(Confusion, KnowsEveryPair) {
  ConfusionMatrix matrix(2);
  matrix.add("a", row({0, 1, 1, LabelMap::kUnknown, 0, LabelMap::kUnknown}), row({0, 0, 0, 0, 1, 7}), 7);
  EXPECT_THAT(matrix.cells(), ElementsAre(1, 2, 1, 1, 0, 0));
  EXPECT_EQ(matrix.images(), 1u);
  EXPECT_EQ(matrix.pixels(), 5u);
  EXPECT_EQ(matrix.ignored(), 1u);
}

TEST(Confusion, TheValue255IsAClassWhereThereAreThatMany) {
  ConfusionMatrix matrix(847);
  matrix.add("a", row({255, 255, 0}), row({255, 254, 65535}), 65535);
  const auto counts = matrix.class_counts();
  EXPECT_EQ(counts[255].intersection, 1u);
  EXPECT_EQ(counts[255].prediction, 2u);
  EXPECT_EQ(counts[255].truth, 1u);
  EXPECT_EQ(matrix.ignored(), 1u);
}

TEST(Confusion, AnIgnoreValueThatIsAClassIsRefused) {
  ConfusionMatrix matrix(459);
  EXPECT_ERROR(matrix.add("a", row({0}), row({0}), 255), ErrorCode::kBadArgument,
               "ignore value 255 is a class");
  matrix.add("a", row({0}), row({0}), 459);
}

TEST(Confusion, KeepsTotalsBeyondTheLimitOfPairs) {
  EXPECT_EQ(ConfusionMatrix(kMaxPairClasses).detail(), Detail::kPairs);
  EXPECT_EQ(ConfusionMatrix(kMaxPairClasses + 1).detail(), Detail::kTotals);
  EXPECT_EQ(ConfusionMatrix(3, Detail::kTotals).cells().size(), 9u);
  ConfusionMatrix largest(kMaxClasses);
  largest.add("a", row({65534, LabelMap::kUnknown}), row({65534, 65534}), 65535);
  EXPECT_EQ(largest.class_counts()[65534].intersection, 1u);
  EXPECT_EQ(largest.class_counts()[65534].prediction, 1u);
  EXPECT_EQ(largest.class_counts()[65534].truth, 2u);
}

TEST(Confusion, RefusesImpossibleClassCounts) {
  EXPECT_ERROR(ConfusionMatrix(0), ErrorCode::kBadArgument, "0 classes");
  EXPECT_ERROR(ConfusionMatrix(kMaxClasses + 1), ErrorCode::kBadArgument, "65536 classes");
}

TEST(Confusion, NamesImageValueAndPlaceOfABadLabelAndCountsNothing) {
  const LabelMap good{2, 2, {0, 1, 2, 0}};
  for (const Detail detail : {Detail::kPairs, Detail::kTotals}) {
    ConfusionMatrix matrix(3, detail);
    const ConfusionMatrix empty = matrix;
    const LabelMap three{2, 2, {0, 1, 2, 3}}, ignored{2, 2, {0, 255, 2, 0}};
    const LabelMap unknown{2, 2, {0, LabelMap::kUnknown, 2, 0}};
    EXPECT_ERROR(matrix.add("b.png", good, three, 255), ErrorCode::kUnreadable,
                 "b.png: label 3 at row 1, column 1; there are 3 classes (0 to 2), and 255 is not counted");
    EXPECT_ERROR(matrix.add("b.png", three, good, 255), ErrorCode::kUnreadable, "b.png: predicted label 3");
    // What is allowed on one side is not on the other.
    EXPECT_ERROR(matrix.add("b.png", good, unknown, 255), ErrorCode::kUnreadable, "label 65535");
    EXPECT_ERROR(matrix.add("b.png", ignored, good, 255), ErrorCode::kUnreadable, "predicted label 255");
    EXPECT_ERROR(matrix.add("b.png", good, ignored, kNothingIgnored), ErrorCode::kUnreadable,
                 "label 255 at row 0, column 1; there are 3 classes (0 to 2)\n");
    EXPECT_TRUE(same(matrix, empty));
  }
}

TEST(Confusion, RefusesMapsOfDifferentOrImpossibleSize) {
  ConfusionMatrix matrix(3);
  const LabelMap wide{1, 2, {0, 0}}, high{2, 1, {0, 0}};
  EXPECT_ERROR(matrix.add("c", wide, high, 255), ErrorCode::kUnreadable,
               "c: the labels are 1x2 pixels, the prediction 2x1");
  EXPECT_ERROR(matrix.add("c", {1, 2, {0}}, wide, 255), ErrorCode::kUnreadable, "2 labels and 1 predictions");
  EXPECT_ERROR(matrix.add("c", wide, {1, 2, {0, 0, 0}}, 255), ErrorCode::kUnreadable, "3 labels");
  EXPECT_ERROR(matrix.add("c", {}, {}, 255), ErrorCode::kUnreadable, "0x0 pixels");
  EXPECT_ERROR(matrix.add("c", {-1, -1, {0}}, {-1, -1, {0}}, 255), ErrorCode::kUnreadable, "-1x-1");
  EXPECT_EQ(matrix.images(), 0u);
}

TEST(Confusion, ShardsAddUpToTheWhole) {
  for (const Detail detail : {Detail::kPairs, Detail::kTotals}) {
    const Recipe recipe{17, 23, 171, 171, 255, true};
    ConfusionMatrix whole(171, detail);
    std::vector<ConfusionMatrix> shards(3, ConfusionMatrix(171, detail));
    for (std::uint64_t i = 0; i < 10; ++i) {
      const Pair pair = random_pair(recipe, i);
      whole.add("x", pair.prediction, pair.truth, 255);
      shards[i % 3].add("x", pair.prediction, pair.truth, 255);
    }
    ConfusionMatrix merged(171, detail);
    for (const auto& shard : shards) merged.merge(shard);
    EXPECT_TRUE(same(merged, whole));
    EXPECT_EQ(merged.images(), 10u);
  }
}

TEST(Confusion, RefusesToMergeWhatDoesNotFit) {
  ConfusionMatrix three(3);
  EXPECT_ERROR(three.merge(ConfusionMatrix(4)), ErrorCode::kBadArgument, "of 4 classes to those of 3");
  EXPECT_ERROR(three.merge(ConfusionMatrix(3, Detail::kTotals)), ErrorCode::kBadArgument, "only totals");

  constexpr std::uint64_t kHuge = ~std::uint64_t{0} - 1;
  auto full = ConfusionMatrix::from_cells(1, Detail::kPairs, {kHuge, 0}, 1, 0);
  ASSERT_TRUE(full);
  ConfusionMatrix one(1);
  one.add("x", row({0}), row({0}), 255);
  full->merge(one);
  EXPECT_EQ(full->pixels(), ~std::uint64_t{0});
  const ConfusionMatrix before = *full;
  EXPECT_ERROR(full->merge(one), ErrorCode::kBadArgument, "64 bits");
  EXPECT_ERROR(full->add("y", row({0}), row({255}), 255), ErrorCode::kBadArgument, "y: no 64-bit number");
  EXPECT_TRUE(same(*full, before));
}

TEST(Confusion, IsRebuiltFromItsCells) {
  for (const Detail detail : {Detail::kPairs, Detail::kTotals}) {
    const ConfusionMatrix matrix = random_matrix({17, 23, 20, 20, 255, true}, 5, 3, detail);
    const auto rebuilt =
        ConfusionMatrix::from_cells(20, detail, matrix.cells(), matrix.images(), matrix.ignored());
    ASSERT_TRUE(rebuilt);
    EXPECT_TRUE(same(*rebuilt, matrix));
  }
}

TEST(Confusion, IsNotBuiltFromCountsThatNoImagesHave) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  const auto pairs = [](std::vector<std::uint64_t> cells, std::uint64_t images = 1,
                        std::uint64_t ignored = 0) {
    return ConfusionMatrix::from_cells(1, Detail::kPairs, std::move(cells), images, ignored).has_value();
  };
  EXPECT_TRUE(pairs({kAll, 0}));
  EXPECT_TRUE(pairs({1, kAll - 2}, 1, 1));
  EXPECT_FALSE(pairs({kAll, 1}));
  EXPECT_FALSE(pairs({kAll, 0}, 1, 1));
  EXPECT_FALSE(pairs({1, 0, 0}));
  EXPECT_FALSE(pairs({1, 0}, 0));
  EXPECT_FALSE(pairs({1, 0}, 3, 1));  // more images than pixels
  EXPECT_TRUE(pairs({0, 0}, 1, 1));
  const auto totals = [](std::vector<std::uint64_t> cells) {
    return ConfusionMatrix::from_cells(2, Detail::kTotals, std::move(cells), 1, 0).has_value();
  };
  EXPECT_TRUE(totals({1, 1, 3, 0, 2, 0}));
  EXPECT_FALSE(totals({3, 2, 3, 0, 1, 0}));        // intersection above prediction
  EXPECT_FALSE(totals({3, 3, 2, 0, 1, 2}));        // intersection above truth
  EXPECT_FALSE(totals({1, 1, 3, 0, 3, 0}));        // more predictions than pixels
  EXPECT_FALSE(totals({1, 3, 3, 0, 0, 1}));        // claims two pixels of other classes, which have one
  EXPECT_FALSE(totals({0, kAll, kAll, 0, 1, 0}));  // predictions overflow
  EXPECT_FALSE(totals({0, 0, kAll, 0, 0, 1}));     // truth overflows
  EXPECT_FALSE(ConfusionMatrix::from_cells(kMaxPairClasses + 1, Detail::kPairs, {}, 0, 0));
}

}  // namespace
}  // namespace relprompt::eval

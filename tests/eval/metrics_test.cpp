// Scores: examples computed by hand, and what is absent stays absent.
#include "eval/metrics.h"

#include <gtest/gtest.h>

#include "eval/image_scores.h"
#include "label_maker.h"
#include "test_support.h"

namespace relprompt::eval {
namespace {

using test::row;

// Four classes. 0: I 2, P 3, T 4. 1: I 1, P 3, T 3. 2: labelled nowhere, predicted once. 3: nowhere at all.
ConfusionMatrix example(Detail detail = Detail::kPairs) {
  ConfusionMatrix matrix(4, detail);
  matrix.add("a", row({0, 0, 1, 1, 1}), row({0, 0, 0, 0, 1}), 255);
  matrix.add("b", row({0, LabelMap::kUnknown, 2}), row({1, 255, 255}), 255);
  matrix.add("c", row({2}), row({255}), 255);
  matrix.add("d", row({2}), row({1}), 255);
  return matrix;
}

TEST(Metrics, ClassScoresByHand) {
  for (const Detail detail : {Detail::kPairs, Detail::kTotals}) {
    const auto scores = class_scores(example(detail));
    ASSERT_EQ(scores.size(), 4u);
    EXPECT_EQ(scores[0].pixels.truth, 4u);
    EXPECT_EQ(scores[0].pixels.prediction, 3u);
    EXPECT_DOUBLE_EQ(*scores[0].iou, 2.0 / 5);
    EXPECT_DOUBLE_EQ(*scores[0].accuracy, 2.0 / 4);
    EXPECT_DOUBLE_EQ(*scores[1].iou, 1.0 / 5);
    EXPECT_DOUBLE_EQ(*scores[1].accuracy, 1.0 / 3);
    EXPECT_DOUBLE_EQ(*scores[2].iou, 0.0);
    EXPECT_FALSE(scores[2].accuracy);
    EXPECT_FALSE(scores[3].iou);
    EXPECT_FALSE(scores[3].accuracy);
  }
}

TEST(Metrics, TheThreeAveragesByHand) {
  const auto matrix = example();
  const Scores present = scores_of(matrix, {}, Average::kPresent);
  EXPECT_DOUBLE_EQ(*present.miou, (0.4 + 0.2) / 2);
  EXPECT_DOUBLE_EQ(*present.macc, (1.0 / 2 + 1.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(*present.pacc, 3.0 / 7);
  EXPECT_EQ(present.names, 2u);
  const Scores theirs = scores_of(matrix, {}, Average::kMmsegmentation);
  EXPECT_DOUBLE_EQ(*theirs.miou, (0.4 + 0.2 + 0) / 3);
  EXPECT_DOUBLE_EQ(*theirs.macc, *present.macc);
  EXPECT_EQ(theirs.names, 3u);
  const Scores all = scores_of(matrix, {}, Average::kAll);
  EXPECT_DOUBLE_EQ(*all.miou, (0.4 + 0.2) / 4);
  EXPECT_DOUBLE_EQ(*all.macc, (1.0 / 2 + 1.0 / 3) / 4);
  EXPECT_DOUBLE_EQ(*all.pacc, 3.0 / 7);
  EXPECT_EQ(all.names, 4u);
}

TEST(Metrics, SeenAndUnseenByHand) {
  const Scores scores = scores_of(example(), {true, false, false, true}, Average::kPresent);
  EXPECT_DOUBLE_EQ(*scores.miou_seen, 0.4);
  EXPECT_DOUBLE_EQ(*scores.miou_unseen, 0.2);
  EXPECT_DOUBLE_EQ(*scores.hiou, 2 * 0.4 * 0.2 / (0.4 + 0.2));
  EXPECT_EQ(scores.names_seen, 1u);
  EXPECT_EQ(scores.names_unseen, 1u);
  const Scores all = scores_of(example(), {true, false, false, true}, Average::kAll);
  EXPECT_DOUBLE_EQ(*all.miou_seen, 0.2);
  EXPECT_DOUBLE_EQ(*all.miou_unseen, 0.1);
}

TEST(Metrics, APartWithoutNamesHasNoScore) {
  const Scores none = scores_of(example(), {}, Average::kPresent);
  EXPECT_FALSE(none.miou_seen || none.miou_unseen || none.hiou);
  const Scores absent = scores_of(example(), {true, true, false, false}, Average::kPresent);
  EXPECT_TRUE(absent.miou_seen);
  EXPECT_FALSE(absent.miou_unseen || absent.hiou);
  const Scores empty = scores_of(ConfusionMatrix(3), {}, Average::kPresent);
  EXPECT_FALSE(empty.miou || empty.macc || empty.pacc);
  EXPECT_EQ(empty.names, 0u);
}

TEST(Metrics, RefusesASplitOfAnotherLength) {
  EXPECT_ERROR(scores_of(example(), {true}, Average::kAll), ErrorCode::kBadArgument,
               "of 1 classes for counts of 4");
}

TEST(Metrics, HarmonicMean) {
  EXPECT_DOUBLE_EQ(*harmonic_mean(0.9, 0.6), 0.72);
  EXPECT_DOUBLE_EQ(*harmonic_mean(0.0, 0.0), 0.0);
  EXPECT_DOUBLE_EQ(*harmonic_mean(0.5, 0.0), 0.0);
  EXPECT_FALSE(harmonic_mean(std::nullopt, 0.5));
  EXPECT_FALSE(harmonic_mean(0.5, std::nullopt));
}

TEST(Metrics, HugeCountsDoNotOverflow) {
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;
  const auto matrix = ConfusionMatrix::from_cells(2, Detail::kPairs, {0, kHalf, 0, 0, kHalf - 1, 0}, 1, 0);
  ASSERT_TRUE(matrix);
  EXPECT_EQ(matrix->class_counts()[1].area(), ~std::uint64_t{0});
  EXPECT_NEAR(*class_scores(*matrix)[1].iou, 0.5, 1e-12);
  EXPECT_NEAR(*scores_of(*matrix, {}, Average::kAll).pacc, 0.5, 1e-12);
}

TEST(Metrics, AveragesHaveNames) {
  EXPECT_EQ(names_of(kAverageWords), (std::vector<std::string>{"present", "mmsegmentation", "all"}));
  for (const auto& [average, name] : kAverageWords)
    EXPECT_NE(std::string(description_of(average)), "") << name;
}

TEST(Metrics, TheMostFrequentClassIsABaseline) {
  for (const Detail detail : {Detail::kPairs, Detail::kTotals}) {
    const auto baseline = most_frequent_class(example(detail));
    const Scores scores = scores_of(baseline, {}, Average::kPresent);
    EXPECT_DOUBLE_EQ(*scores.pacc, 4.0 / 7);
    EXPECT_DOUBLE_EQ(*scores.miou, (4.0 / 7 + 0) / 2);
    EXPECT_EQ(baseline.images(), 4u);
    EXPECT_EQ(baseline.ignored(), 3u);
  }
  EXPECT_FALSE(scores_of(most_frequent_class(ConfusionMatrix(2)), {}, Average::kPresent).pacc);
}

TEST(ImageScores, AverageOverTheClassesOfTheImage) {
  const ImageScore score = score_image("a", row({0, 1, 2, 9}), row({0, 0, 1, 255}), 10, 255);
  EXPECT_DOUBLE_EQ(*score.miou, (0.5 + 0) / 2);
  EXPECT_DOUBLE_EQ(*score.pacc, 1.0 / 3);
  EXPECT_EQ(score.classes, 2u);
  EXPECT_EQ(score.pixels, 3u);
  const ImageScore nothing = score_image("b\xFF", row({0}), row({255}), 10, 255);
  EXPECT_FALSE(nothing.miou || nothing.pacc);
  EXPECT_EQ(to_json_lines({score, nothing}),
            "{\"classes\":2,\"image\":\"a\",\"miou\":0.25,\"pacc\":0.3333333333333333,\"pixels\":3}\n"
            "{\"classes\":0,\"image\":\"b\xEF\xBF\xBD\",\"image_bytes\":\"b%FF\",\"miou\":null,\"pacc\":null,"
            "\"pixels\":0}\n");
  EXPECT_ERROR(score_image("c", row({0}), row({10}), 10, 255), ErrorCode::kUnreadable, "c: label 10");
}

TEST(ImageScores, ComeBackFromJson) {
  const ImageScore score{"x", 1.0 / 3, std::nullopt, 4, 5};
  const ImageScore read = image_score_from_json(to_json(score), "here");
  EXPECT_EQ(read.image, "x");
  EXPECT_EQ(read.miou, score.miou);
  EXPECT_EQ(read.pacc, score.pacc);
  EXPECT_EQ(read.classes, 4u);
  EXPECT_EQ(read.pixels, 5u);
  const auto broken = nlohmann::json::parse(to_json_lines({{"b\xFF%", {}, {}, 0, 0}}));
  EXPECT_EQ(image_score_from_json(broken, "here").image, "b\xFF%") << "a name that is no UTF-8";
  auto bad = to_json(score);
  bad["miou"] = 1.5;
  EXPECT_ERROR(image_score_from_json(bad, "here"), ErrorCode::kUnreadable, "\"miou\" is no fraction of 1");
  bad.erase("miou");
  EXPECT_ERROR(image_score_from_json(bad, "here"), ErrorCode::kUnreadable, "\"miou\" is missing");
}

}  // namespace
}  // namespace relprompt::eval

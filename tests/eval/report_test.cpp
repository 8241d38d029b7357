// Reports: what is in them, in which order, and that no name breaks a table.
#include "eval/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "label_maker.h"
#include "test_support.h"

namespace relprompt::eval {
namespace {

using relprompt::test::read_text;
using relprompt::test::TemporaryFolder;
using test::row;
using testing::HasSubstr;
using testing::Not;

// 0 "road": 3 of 4 right. 1 "a|b": 1 right, 1 wrongly claimed. 2: absent.
EvaluationReport example(bool split = true) {
  ClassList classes = parse_class_list("road;street\na|b\n<img>");
  if (split) classes.seen = {true, false, false};
  ConfusionMatrix matrix(3);
  matrix.add("x", row({0, 0, 0, 1, 1, 0}), row({0, 0, 0, 0, 1, 255}), 255);
  ProtocolStatement protocol;
  protocol.data_set = "My *set*";
  protocol.split = "val";
  set_split(protocol, classes);
  return {classes, protocol, matrix};
}

TEST(ReportMarkdown, HasSummaryProtocolPairsAndClasses) {
  EXPECT_EQ(
      report_markdown(example()),
      "# Evaluation: My \\*set\\* val\n"
      "\n"
      "| score (%) | mean over names present in ground truth (headline) | mean over names present in ground "
      "truth or predictions | mean over all names, absent ones as 0 | most frequent class everywhere |\n"
      "|---|---:|---:|---:|---:|\n"
      "| mIoU | 62.50 | 62.50 | 41.67 | 40.00 |\n"
      "| mIoU, seen | 75.00 | 75.00 | 75.00 | 80.00 |\n"
      "| mIoU, unseen | 50.00 | 50.00 | 25.00 | 0.00 |\n"
      "| hIoU | 60.00 | 60.00 | 37.50 | 0.00 |\n"
      "| mAcc | 87.50 | 87.50 | 58.33 | 50.00 |\n"
      "| pAcc | 80.00 | 80.00 | 80.00 | 80.00 |\n"
      "| names averaged | 2 | 2 | 3 | 2 |\n"
      "\n"
      "Images: 1. Pixels counted: 5, ignored: 1.\n"
      "\n"
      "## Protocol\n"
      "\n"
      "Measured on My \\*set\\*, split val; training-free. 1 seen class (road) and 2 unseen classes (a\\|b, "
      "\\<img\\>). Model: unnamed; as given. Predictions were read, not computed. Templates not stated; "
      "several "
      "names are averaged. No calibration; every pixel gets a class; all pixels are counted. Intersections "
      "and "
      "unions are summed over the set; headline scores are the mean over names present in ground truth.\n"
      "\n"
      "## Most confused pairs\n"
      "\n"
      "| truth | predicted as | pixels | % of the truth's pixels |\n"
      "|---|---|---:|---:|\n"
      "| road | a\\|b | 1 | 25.00 |\n"
      "\n"
      "## Classes\n"
      "\n"
      "| label | class | split | IoU (%) | accuracy (%) | pixels labelled | pixels predicted | both |\n"
      "|---:|---|---|---:|---:|---:|---:|---:|\n"
      "| 0 | road | seen | 75.00 | 75.00 | 4 | 3 | 3 |\n"
      "| 1 | a\\|b | unseen | 50.00 | 100.00 | 1 | 2 | 1 |\n"
      "| 2 | \\<img\\> | unseen | - | - | 0 | 0 | 0 |\n");
}

TEST(ReportMarkdown, LeavesOutWhatASetDoesNotHave) {
  const std::string text = report_markdown(example(false));
  EXPECT_THAT(text, Not(HasSubstr("hIoU")));
  EXPECT_THAT(text, Not(HasSubstr("| split |")));
  EXPECT_THAT(text, HasSubstr("| 0 | road | 75.00 |"));
  EXPECT_THAT(text, Not(HasSubstr("could not be read")));
}

TEST(ReportMarkdown, NamesSkippedImagesWithoutMarkup) {
  EvaluationReport report = example();
  report.skipped = {"bad|one\n# not a heading.jpg"};
  EXPECT_THAT(report_markdown(report), HasSubstr("could not be read and are in no score: 1.\n"));
  EXPECT_THAT(report_markdown(report), HasSubstr("- bad\\|one\\\\x0a\\# not a heading.jpg\n"));
  report.skipped.assign(30, "x");
  EXPECT_THAT(report_markdown(report), HasSubstr("- and 10 more"));
}

TEST(ReportMarkdown, OfUnknownPredictionsPerfectOnesAndNone) {
  const ClassList classes = parse_class_list("a, b");
  ConfusionMatrix unknown(2);
  unknown.add("x", row({LabelMap::kUnknown}), row({0}), 255);
  EXPECT_THAT(report_markdown({classes, {}, unknown}), HasSubstr("| a | (unknown) | 1 | 100.00 |"));
  EXPECT_TRUE(report_json({classes, {}, unknown})["worst_pairs"][0]["prediction"].is_null());
  ConfusionMatrix perfect(2);
  perfect.add("x", row({1}), row({1}), 255);
  EXPECT_THAT(report_markdown({classes, {}, perfect}), HasSubstr("None: no counted pixel is wrong."));
  const EvaluationReport nothing(classes, {}, ConfusionMatrix(2));
  EXPECT_THAT(report_markdown(nothing), HasSubstr("| pAcc | - | - | - | - |"));
  EXPECT_TRUE(report_json(nothing)["headline"]["miou"].is_null());
}

TEST(ReportMarkdown, OfMoreClassesThanPairsAreKeptFor) {
  const EvaluationReport report(test::numbered_classes(5000), {}, ConfusionMatrix(5000));
  EXPECT_THAT(report_markdown(report), HasSubstr("Not kept for more than 4096 classes."));
  EXPECT_TRUE(report_json(report)["worst_pairs"].is_null());
}

TEST(ReportMarkdown, NamesCannotEndACellOrHideAnything) {
  ClassList classes;
  classes.names = {{"a\nb\x1b[31m"}, {"<b>|\u202E"}};
  EvaluationReport report(classes, {}, ConfusionMatrix(2));
  report.skipped = {"x\n# heading \xFF.png"};
  const std::string text = report_markdown(report);
  EXPECT_THAT(text, HasSubstr("| 0 | a\\\\x0ab\\\\x1b\\[31m |"));
  EXPECT_THAT(text, HasSubstr("| 1 | \\<b\\>\\|\\\\u202e |"));
  EXPECT_THAT(text, HasSubstr("- x\\\\x0a\\# heading \uFFFD.png"));
}

TEST(ReportJson, HoldsFractionsCountsAndTheProtocol) {
  EvaluationReport report = example();
  report.protocol.average = Average::kAll;
  report.skipped = {"bad.jpg"};
  const auto json = report_json(report);
  EXPECT_DOUBLE_EQ(json["scores"]["present"]["miou"], 0.625);
  EXPECT_DOUBLE_EQ(json["scores"]["all"]["miou"], 1.25 / 3);
  EXPECT_EQ(json["headline"], json["scores"]["all"]);
  EXPECT_EQ(json["scores"]["mmsegmentation"]["names"], 2);
  EXPECT_DOUBLE_EQ(json["most_frequent_class"]["pacc"], 0.8);
  EXPECT_EQ(json["protocol"]["data_set"], "My *set*");
  EXPECT_EQ(json["statement"], statement_of(report.protocol));
  EXPECT_EQ(json["images"], 1);
  EXPECT_EQ(json["skipped"], nlohmann::json({"bad.jpg"}));
  EXPECT_EQ(json["pixels"]["counted"], 5);
  EXPECT_EQ(json["pixels"]["ignored"], 1);
  EXPECT_EQ(json["classes"][0]["names"], nlohmann::json({"road", "street"}));
  EXPECT_EQ(json["classes"][0]["seen"], true);
  EXPECT_EQ(json["classes"][1]["label"], 1);
  EXPECT_DOUBLE_EQ(json["classes"][1]["iou"], 0.5);
  EXPECT_TRUE(json["classes"][2]["iou"].is_null());
  EXPECT_EQ(json["worst_pairs"][0],
            nlohmann::json({{"truth", 0}, {"prediction", 1}, {"pixels", 1}, {"share", 0.25}}));
  const auto without = report_json(example(false));
  EXPECT_FALSE(without["classes"][0].contains("seen"));
  EXPECT_TRUE(without["headline"]["hiou"].is_null());
}

TEST(Report, IsWrittenAsFiles) {
  const TemporaryFolder folder;
  EvaluationReport report = example();
  report.skipped = {"no UTF-8 \xFF.jpg"};
  write_report(report, folder / "made");
  EXPECT_EQ(read_text(folder / "made/report.md"), report_markdown(report));
  const auto json = nlohmann::json::parse(read_text(folder / "made/report.json"));
  EXPECT_EQ(json["scores"], report_json(report)["scores"]);
  EXPECT_EQ(json["skipped_bytes"][0], "no%20UTF-8%20%FF.jpg");
  EXPECT_FALSE(std::filesystem::exists(folder / "made/image_scores.jsonl"));
  report.scores = {score_image("x", row({0}), row({0}), 3, 255)};
  write_report(report, folder / "made");
  EXPECT_EQ(read_text(folder / "made/image_scores.jsonl"), to_json_lines(report.scores));
  EXPECT_ERROR(write_report(report, folder / "made/report.md"), ErrorCode::kNotWritable, "report.md");
}

TEST(Report, RefusesCountsOfAnotherClassList) {
  EXPECT_ERROR(EvaluationReport(parse_class_list("a, b"), {}, ConfusionMatrix(3)), ErrorCode::kBadArgument,
               "2 classes cannot be made of the counts of 3");
}

}  // namespace
}  // namespace relprompt::eval

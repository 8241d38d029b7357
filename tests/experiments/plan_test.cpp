// Plans: equal rows are one run, every setting is checked at once, and fingerprints know what decides a
// result.
#include "experiments/plan.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "experiments/fingerprint.h"
#include "test_support.h"
#include "tiny_experiments.h"

namespace relprompt::experiments {
namespace {

class MakePlan : public testing::Test {
 protected:
  Plan plan(const std::string& more = "") const {
    test::write_tiny_experiments(folder_.path(), more);
    return make_plan(read_suite(folder_ / "suite.yaml", false), folder_ / "work");
  }
  /// The tiny suite with one more row in its last table.
  Plan with_row(const std::string& row) const {
    test::write_tiny_experiments(folder_.path());
    auto yaml = test::read_text(folder_ / "suite.yaml");
    yaml.insert(yaml.find("sheet:"), "      - " + row + "\n");
    test::write_text(folder_ / "suite.yaml", yaml);
    return make_plan(read_suite(folder_ / "suite.yaml", false), folder_ / "work");
  }

  test::TemporaryFolder folder_;
};

TEST_F(MakePlan, EqualRowsAreOneRun) {
  const auto made = plan();
  // 2 LPM only, 2 RPN, 1 untrained, 1 softmax; "sigmoid" is that RPN.
  EXPECT_EQ(made.runs.size(), 6u);
  EXPECT_EQ(made.tables[1][0].runs, made.tables[0][1].runs);
  EXPECT_EQ(made.runs[1].label, "methods: LPM only, seed 1");
  EXPECT_EQ(made.runs[1].config.seed, 1u);
  EXPECT_EQ(made.runs[0].config.data.unseen->size(), 16u);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "work"));
}

TEST_F(MakePlan, RefusesRowsThatCannotBeTrained) {
  EXPECT_ERROR(with_row("{name: x, set: {model.methd: rpn}}"), ErrorCode::kBadArgument,
               "did you mean method");
  EXPECT_ERROR(with_row("{name: x, set: {model.methd: rpn}}"), ErrorCode::kBadArgument,
               "table 'loss', row 'x'");
  EXPECT_ERROR(with_row("{name: x, set: {model.method: lmp_only}}"), ErrorCode::kBadArgument,
               "did you mean lpm_only");
  EXPECT_ERROR(with_row("{name: x, set: {model.m2oe: {rnk: 6}}}"), ErrorCode::kBadArgument,
               "did you mean rank");
  // Fine by itself, but this tower has two layers.
  EXPECT_ERROR(with_row("{name: x, set: {model.layers: [3]}}"), ErrorCode::kBadArgument, "row 'x'");
}

TEST_F(MakePlan, RowsWithoutTrainingAreTheClipOrAHeadWithoutNumbers) {
  const std::string head = "{name: x, trained: false, set: {model.method: lpm_only, model.lpm_trained: false";
  const auto made = with_row(head + "}}");
  EXPECT_EQ(made.runs.size(), 7u);  // not the run of the bare CLIP
  const auto& run = made.runs.back();
  EXPECT_FALSE(run.trained);
  const auto fingerprint = [&](const config::RunConfig& config) {
    return fingerprint_of(config, false, images_of(made.suite.regimes[0].world), "clip");
  };
  auto other = run.config;
  other.model.lpm.form = model::Form::kA;
  EXPECT_NE(fingerprint(other), fingerprint(run.config));
  EXPECT_NE(fingerprint(made.runs[0].config), fingerprint(run.config));

  EXPECT_ERROR(with_row("{name: x, set: {model.method: lpm_only, model.lpm_trained: false}}"),
               ErrorCode::kBadArgument, "trains nothing");
  EXPECT_ERROR(with_row("{name: x, trained: false, set: {model.m2oe.rank: 6}}"), ErrorCode::kBadArgument,
               "row 'x': the row has 'trained: false', and its 'model' has numbers");
  EXPECT_ERROR(with_row(head + ", model.apg: linear}}"), ErrorCode::kBadArgument, "'apg' is a switch");
}

TEST_F(MakePlan, RefusesAZeroShotSuiteWithoutUnseenClasses) {
  auto suite = plan().suite;
  suite.regimes[0].world.split = "none";
  EXPECT_ERROR(make_plan(suite, folder_ / "work"), ErrorCode::kBadArgument, "has no unseen classes");
}

TEST_F(MakePlan, RefusesWrongClips) {
  auto suite = plan().suite;
  suite.regimes[0].clip = ClipSpec();
  EXPECT_ERROR(make_plan(suite, folder_ / "work"), ErrorCode::kBadArgument, "names no CLIP");
  suite.regimes[0].clip.folder = folder_.path();
  EXPECT_ERROR(make_plan(suite, folder_ / "work"), ErrorCode::kBadArgument, "is no model folder");
  suite.regimes[0].clip.folder = folder_ / "nowhere";
  EXPECT_ERROR(make_plan(suite, folder_ / "work"), ErrorCode::kModelNotFound, "nowhere");
}

TEST_F(MakePlan, FingerprintsKnowWhatDecides) {
  const auto made = plan();
  const auto config = made.runs[2].config;  // RPN
  const WorldSpec world = made.suite.regimes[0].world;
  const auto plain = fingerprint_of(config, true, images_of(world), "clip");
  auto same = config;
  same.name = "another name";
  same.threads = 7;
  same.paths.clip = "elsewhere";
  same.data.test->root = "elsewhere";
  same.train.checkpoint_every = 9;
  EXPECT_EQ(fingerprint_of(same, true, images_of(world), "clip"), plain);

  std::vector<std::string> others = {plain, fingerprint_of(config, true, images_of(world), "another clip"),
                                     fingerprint_of(config, false, images_of(world), "clip")};
  const auto with = [&](auto change) {
    auto changed = config;
    change(changed);
    others.push_back(fingerprint_of(changed, true, images_of(world), "clip"));
  };
  with([](auto& c) { c.seed = 9; });
  with([](auto& c) { c.model.rpm.m2oe.rank = 6; });
  with([](auto& c) { c.train.schedule.iterations = 4; });
  with([](auto& c) { c.test.calibration = 0.2; });
  with([](auto& c) { c.data.unseen->pop_back(); });
  auto more = world;
  more.test = 9;
  others.push_back(fingerprint_of(config, true, images_of(more), "clip"));
  more = world;
  more.scenes = 9;
  others.push_back(fingerprint_of(config, true, images_of(more), "clip"));
  std::sort(others.begin(), others.end());
  EXPECT_EQ(std::unique(others.begin(), others.end()), others.end());
}

}  // namespace
}  // namespace relprompt::experiments

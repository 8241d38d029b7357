// Data sets that regimes name: found, told apart by what they hold and not by where they lie, or left out.
#include "experiments/data_sets.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "experiments/plan.h"
#include "test_support.h"
#include "tiny_experiments.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

class DataSets : public testing::Test {
 protected:
  DataSets() { test::write_image_experiments(folder_.path()); }

  Suite suite(const std::vector<DataFolder>& given) const {
    auto suite = read_suite(folder_ / "suite.yaml", false);
    attach_data(suite, given);
    return suite;
  }
  Plan plan(const fs::path& data) const { return make_plan(suite({{"toy", data}}), folder_ / "work"); }
  /// Of the runs on images, with any CLIP.
  std::set<std::string> fingerprints(const fs::path& data) const {
    std::set<std::string> all;
    for (const auto& run : plan(data).runs) {
      if (run.regime > 0) all.insert(fingerprint_of(run.config, run.trained, run.images, "clip"));
    }
    return all;
  }
  void replace(const std::string& file, const std::string& what, const std::string& with) const {
    auto text = test::read_text(folder_ / file);
    ASSERT_NE(text.find(what), std::string::npos) << file;
    test::write_text(folder_ / file, text.replace(text.find(what), what.size(), with));
  }

  test::TemporaryFolder folder_;
};

TEST_F(DataSets, RowsAreLeftOutWithoutTheirDataSet) {
  const auto without = make_plan(suite({}), folder_ / "work");
  EXPECT_EQ(without.runs.size(), 6u);
  EXPECT_TRUE(without.tables[2].empty());
  const auto with = plan(folder_ / "toy");
  ASSERT_EQ(with.runs.size(), 10u);
  EXPECT_EQ(with.tables[2].size(), 4u);
  EXPECT_EQ(with.data[1]->training, 10u);
  EXPECT_EQ(with.data[1]->test, 3u);
  EXPECT_FALSE(with.data[0].has_value());
  EXPECT_EQ(with.runs[6].label, "images: LPM only, images, seed 0");
  // The base of the regime, without the suite's changes of another one.
  const auto& config = with.runs[6].config;
  EXPECT_EQ(config.setting, eval::Setting::kSupervised);
  EXPECT_EQ(config.train.schedule.iterations, 2);
  EXPECT_EQ(config.augment.crop, 64);
  EXPECT_TRUE(config.data.train->root.empty());
  for (std::size_t i = 0; i < without.runs.size(); ++i) {
    EXPECT_EQ(
        fingerprint_of(with.runs[i].config, with.runs[i].trained, with.runs[i].images, "clip"),
        fingerprint_of(without.runs[i].config, without.runs[i].trained, without.runs[i].images, "clip"));
  }
}

TEST_F(DataSets, AreIdentifiedByWhatTheyHold) {
  const auto here = fingerprints(folder_ / "toy");
  EXPECT_EQ(here.size(), 4u);
  fs::copy(folder_ / "toy", folder_ / "elsewhere", fs::copy_options::recursive);
  EXPECT_EQ(fingerprints(folder_ / "elsewhere"), here);
  const auto differs = [&] {
    const auto now = fingerprints(folder_ / "elsewhere");
    return std::none_of(now.begin(), now.end(), [&](const auto& one) { return here.count(one) > 0; });
  };
  test::write_text(folder_ / "elsewhere/classes.txt", "red\ngreen\nblue\ngray\n");  // as many bytes
  replace("suite.yaml", "[grey]", "[blue]");
  EXPECT_TRUE(differs());
  test::write_text(folder_ / "elsewhere/classes.txt", "red\ngreen\nblue\ngrey\n");
  replace("suite.yaml", "[blue]", "[grey]");
  EXPECT_EQ(fingerprints(folder_ / "elsewhere"), here);
  for (const auto* part : {"images", "masks"}) fs::remove(folder_ / "elsewhere" / part / "val/102.png");
  EXPECT_TRUE(differs());
}

TEST_F(DataSets, RefuseNamesThatNoRegimeTakes) {
  EXPECT_ERROR(suite({{"tiy", "x"}}), ErrorCode::kBadArgument, "takes a data set 'tiy'; did you mean toy");
  EXPECT_ERROR(suite({{"toy", "x"}, {"toy", "y"}}), ErrorCode::kBadArgument, "given twice");
  test::write_tiny_experiments(folder_.path());
  EXPECT_ERROR(suite({{"toy", "x"}}), ErrorCode::kBadArgument, "leave --data out");
}

TEST_F(DataSets, RefuseFoldersAndConfigsThatDoNotFit) {
  EXPECT_ERROR(plan(folder_ / "nowhere"), ErrorCode::kNotFound, "data set 'toy'");
  EXPECT_ERROR(plan(folder_.path()), ErrorCode::kNotFound, "images/train");
  replace("suite.yaml", "data.unseen: [grey], ", "");
  EXPECT_ERROR(plan(folder_ / "toy"), ErrorCode::kBadArgument, "no class is unseen");
  replace("suite.yaml", "{protocol: inductive, ", "{protocol: inductive, data.unseen: [gray], ");
  EXPECT_ERROR(plan(folder_ / "toy"), ErrorCode::kBadClassList, "grey");
  replace("images.yaml", "  test: {kind: folder, split: val}\n", "");
  EXPECT_ERROR(plan(folder_ / "toy"), ErrorCode::kBadArgument, "the config has no data.test");
  EXPECT_FALSE(fs::exists(folder_ / "work"));
}

TEST_F(DataSets, ASuiteOfNothingElseNeedsThem) {
  test::write_text(folder_ / "only.yaml",
                   "base: base.yaml\nclip: {config: clip.yaml}\n"
                   "regimes: [{key: images, base: images.yaml, data: toy}]\n"
                   "tables: [{key: t, regimes: [images], rows: [{name: r}]}]\n");
  EXPECT_ERROR(make_plan(read_suite(folder_ / "only.yaml", false), folder_ / "work"), ErrorCode::kBadArgument,
               "add --data toy=DIR");
}

}  // namespace
}  // namespace relprompt::experiments

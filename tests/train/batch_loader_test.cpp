// Batches depend on seed and position alone: not on threads, workers or where a run was interrupted.
#include "train/batch_loader.h"

#include <gtest/gtest.h>

#include "test_support.h"
#include "toy_run.h"
#include "train/dataset_views.h"
#include "train/held_out.h"

namespace relprompt::train {
namespace {

class Loader : public testing::Test {
 protected:
  Loader() {
    test::write_toy_set(folder_.path(), 5, 1);
    open();
    options_.batch = 4;
    options_.iterations = 6;
    options_.seed = 9;
    options_.augment.long_side = 96;
    options_.augment.short_side = 64;
    options_.augment.crop = 64;
    options_.mean = {128, 128, 128};
    options_.deviation = {64, 64, 64};
    options_.threads = 0;
  }

  void open() {
    data::DatasetSpec spec;
    spec.kind = "folder";
    spec.root = folder_.path();
    spec.split = "train";
    set_ = data::open_dataset(spec);
  }

  std::vector<Batch> all(const LoaderOptions& options) const {
    BatchLoader loader(*set_, {0, 1, 2, 3, 4}, options);
    std::vector<Batch> batches;
    for (auto i = options.first; i < options.iterations; ++i) batches.push_back(loader.next());
    return batches;
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<data::Dataset> set_;
  LoaderOptions options_;
};

void expect_same(const Batch& a, const Batch& b) {
  EXPECT_TRUE(torch::equal(a.images, b.images));
  EXPECT_TRUE(torch::equal(a.labels, b.labels));
  EXPECT_EQ(a.keys, b.keys);
  EXPECT_EQ(a.names, b.names);
}

TEST_F(Loader, ThreadsChangeNothing) {
  const auto alone = all(options_);
  EXPECT_EQ(alone[0].images.sizes(), (std::vector<std::int64_t>{4, 3, 64, 64}));
  EXPECT_FALSE(torch::equal(alone[0].images[0], alone[1].images[0]));
  for (const int threads : {1, 3}) {
    options_.threads = threads;
    for (const bool ahead : {false, true}) {
      options_.ahead = ahead;
      const auto other = all(options_);
      for (std::size_t i = 0; i < alone.size(); ++i) expect_same(alone[i], other[i]);
    }
  }
}

TEST_F(Loader, ContinuesWhereItWas) {
  const auto whole = all(options_);
  options_.first = 4;
  const auto rest = all(options_);
  ASSERT_EQ(rest.size(), 2u);
  expect_same(rest[0], whole[4]);
  expect_same(rest[1], whole[5]);
}

TEST_F(Loader, TwoWorkersShareTheBatchOfOne) {
  const auto whole = all(options_);
  options_.shard = {0, 2};
  const auto first = all(options_);
  options_.shard = {1, 2};
  const auto second = all(options_);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto keys = first[i].keys;
    keys.insert(keys.end(), second[i].keys.begin(), second[i].keys.end());
    auto wanted = whole[i].keys;
    std::sort(keys.begin(), keys.end());
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(keys, wanted);
  }
  options_.batch = 3;
  EXPECT_ERROR(all(options_), ErrorCode::kBadArgument, "3");
}

TEST_F(Loader, ABrokenImageEndsTheRunOrIsLeftOut) {
  test::write_text(folder_ / "images/train/102.png", "no image");
  EXPECT_ERROR(all(options_), ErrorCode::kNotAnImage, "102.png");
  options_.ahead = true;
  EXPECT_ERROR(all(options_), ErrorCode::kNotAnImage, "102.png");
  options_.skip_bad = true;
  std::size_t images = 0, skipped = 0;
  for (const auto& batch : all(options_)) {
    images += batch.names.size();
    skipped += batch.skipped.size();
    for (const auto& problem : batch.skipped) EXPECT_NE(problem.find("102.png"), std::string::npos);
  }
  EXPECT_EQ(images + skipped, 24u);
  EXPECT_GE(skipped, 4u);  // each of the passes over five images has it once
}

TEST(TrainingParts, TakeTheSetApart) {
  const auto parts = split_training_set(10, 0, 0.3, 5);
  EXPECT_EQ(parts.held_out.size(), 3u);
  auto all = parts.training;
  all.insert(all.end(), parts.held_out.begin(), parts.held_out.end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(all[i], i);
  EXPECT_EQ(split_training_set(10, 0, 0.3, 5).held_out, parts.held_out);
  EXPECT_NE(split_training_set(10, 0, 0.3, 6).held_out, parts.held_out);
  EXPECT_EQ(split_training_set(10, 4, 0, 5).training, (std::vector<std::size_t>{0, 1, 2, 3}));
  EXPECT_EQ(split_training_set(10, 0, 0.01, 5).held_out.size(), 1u);
  EXPECT_ERROR(split_training_set(1, 0, 0.5, 5), ErrorCode::kBadArgument, "none is left");
}

TEST_F(Loader, APartShowsOnlyItsClasses) {
  auto classes = set_->classes();
  classes.seen = {true, false, true, false};
  const LabelSpace space(classes, eval::Setting::kInductive, false);
  const LabelledPart part(*set_, {3, 1}, space);
  EXPECT_EQ(part.size(), 2u);
  EXPECT_EQ(part.name(0), set_->name(3));
  ASSERT_EQ(part.classes().size(), 2u);
  EXPECT_EQ(part.classes().title(1), "blue");
  const auto whole = set_->get(3).labels.labels, labels = part.get(0).labels.labels;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const auto wanted = whole[i] == 0 ? 0 : whole[i] == 2 ? 1 : data::kIgnore;
    ASSERT_EQ(labels[i], wanted) << i;
  }
}

}  // namespace
}  // namespace relprompt::train

// Groups of images as a GPU gets them, here on the CPU: order, groups that fail, class lists of single
// images.
#include "image_groups.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "relprompt/error.h"

#include "tiny_session.h"

namespace relprompt::cli {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class Groups : public test::TinySession {
 protected:
  Groups() : model_(folder(), one_thread()), segmenter_(model_) {
    lists_.emplace_back(model_, parse_class_list("road, sky, tree"));
    lists_.emplace_back(model_, parse_class_list("house, sky"));
    for (int i = 0; i < 20; ++i) {
      listed_.push_back({"", "image " + std::to_string(i), scratch_ / "out", "", "", "", nullptr, 0, 0});
    }
  }

  static Image image(int i) { return make_image(64 + i % 3, 70 + i % 5, static_cast<unsigned>(i)); }

  ImageJob job(int i) {
    ImageJob job;
    job.listed = &listed_[static_cast<std::size_t>(i)];
    job.image = image(i);
    job.outputs = std::make_unique<ImageOutputs>(*job.listed, plan_);
    return job;
  }
  ImageJob without_outputs(int i) {
    ImageJob skipped;
    skipped.listed = &listed_[static_cast<std::size_t>(i)];
    return skipped;
  }

  ImageGroups groups() {
    return {[this](const std::vector<const Image*>& images, std::size_t own) {
              sizes_.push_back(images.size());
              if (std::any_of(images.begin(), images.end(), [&](const auto* i) { return i->height == bad_; }))
                throw Error(ErrorCode::kOutOfMemory, "no memory");
              segmenter_.set_classes(lists_[own]);
              return segmenter_.start(images);
            },
            [this](ImageJob& job) {
              alone_.push_back(job.listed->input);
              if (job.image.height == bad_) {
                job.outputs.reset();
                job.failure = Error(ErrorCode::kOutOfMemory, "no memory");
                return;
              }
              segmenter_.set_classes(lists_[job.listed->own]);
              job.result = segmenter_.segment(job.image);
            },
            [this](ImageJob job) { taken_.push_back(std::move(job)); }};
  }

  void expect_all(int images) {
    ASSERT_EQ(taken_.size(), static_cast<std::size_t>(images));
    for (int i = 0; i < images; ++i) {
      const auto& done = taken_[static_cast<std::size_t>(i)];
      ASSERT_EQ(done.listed, &listed_[static_cast<std::size_t>(i)]) << i;
      if (!done.outputs) continue;
      segmenter_.set_classes(lists_[done.listed->own]);
      EXPECT_EQ(done.result.labels.labels, segmenter_.segment(image(i)).labels.labels) << i;
    }
  }

  Model model_;
  Segmenter segmenter_;
  std::vector<ClassSet> lists_;
  std::vector<ListedImage> listed_;
  OutputPlan plan_;
  int bad_ = -1;  ///< the height of images that cannot be computed
  std::vector<std::size_t> sizes_;
  std::vector<std::string> alone_;
  std::vector<ImageJob> taken_;
};

TEST_F(Groups, KeepTheOrderAndTheLabelsOfEveryImage) {
  auto all = groups();
  for (int i = 0; i < 19; ++i) all.add(i % 7 == 3 ? without_outputs(i) : job(i));
  EXPECT_THAT(taken_, SizeIs(8)) << "one group is handed on while the next is computed";
  all.finish();
  expect_all(19);
  EXPECT_THAT(sizes_, ElementsAre(7, 7, 2)) << "of 8, 8 and 3, those that were skipped taken off";
  EXPECT_TRUE(alone_.empty());
}

TEST_F(Groups, MayBeFinishedAndGoOn) {
  auto all = groups();
  all.finish();
  all.add(job(0));
  all.finish();
  all.add(job(1));
  all.finish();
  all.finish();
  expect_all(2);
}

TEST_F(Groups, ThatFailAreComputedOneByOne) {
  bad_ = 65;
  auto all = groups();
  for (int i = 0; i < 9; ++i) all.add(job(i));
  all.finish();
  expect_all(9);
  EXPECT_THAT(alone_, SizeIs(8));
  for (const std::size_t i : {1, 4, 7}) EXPECT_TRUE(taken_[i].failure) << i;
  EXPECT_TRUE(taken_[0].outputs && taken_[8].outputs);
}

TEST_F(Groups, HaveOneClassList) {
  for (std::size_t i = 2; i < 5; ++i) listed_[i].own = 1;
  auto all = groups();
  for (int i = 0; i < 7; ++i) all.add(job(i));
  all.finish();
  expect_all(7);
  EXPECT_THAT(sizes_, ElementsAre(2, 3, 2));
}

TEST_F(Groups, OfLargeImagesAreSmaller) {
  auto all = groups();
  for (int i = 0; i < 6; ++i) {
    auto large = without_outputs(i);
    large.image.rgb.resize(std::size_t{100} << 20);
    all.add(std::move(large));
  }
  EXPECT_THAT(taken_, SizeIs(2));
  all.finish();
  EXPECT_THAT(taken_, SizeIs(6));
}

}  // namespace
}  // namespace relprompt::cli

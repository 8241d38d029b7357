// Several images begun at once, on the CPU; on a GPU: tests/network/device_labels_test.cpp,
// tests/cli/gpu_test.cpp.
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "tiny_session.h"

namespace relprompt {
namespace {

class Pending : public test::TinySession {
 protected:
  Segmenter open() const {
    const Model model(folder(), one_thread());
    return Segmenter(model, ClassSet(model, parse_class_list("road, sky, tree")));
  }
};

TEST_F(Pending, ImagesGetTheLabelsOfSegment) {
  auto segmenter = open();
  SegmentOptions options;
  options.unknown_threshold = 0.4f;
  PendingSegmentations first, second;
  std::vector<Segmentation> expected;
  {
    const Image a = make_image(64, 100), b = make_image(90, 64, 1), c = make_image(70, 70, 2);
    first = segmenter.start({&a, &b}, options);
    second = segmenter.start({&c}, options);
    for (const Image* image : {&a, &b, &c}) expected.push_back(segmenter.segment(*image, options));
  }
  EXPECT_EQ(first.size(), 2u);
  auto found = first.finish();
  EXPECT_EQ(first.size(), 0u);
  for (auto& image : second.finish()) found.push_back(std::move(image));
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].labels.labels, expected[i].labels.labels);
    EXPECT_EQ(found[i].pixels, expected[i].pixels);
    EXPECT_EQ(found[i].windows, expected[i].windows);
  }
}

TEST_F(Pending, OfNoImagesHasNoResults) {
  auto segmenter = open();
  EXPECT_TRUE(PendingSegmentations().finish().empty());
  EXPECT_TRUE(segmenter.start({}).finish().empty());
}

TEST_F(Pending, MovesToAnotherObject) {
  auto segmenter = open();
  const Image image = make_image(64, 64);
  auto begun = segmenter.start({&image});
  PendingSegmentations moved = std::move(begun);
  EXPECT_EQ(begun.size(), 0u);
  EXPECT_EQ(moved.finish().size(), 1u);
  EXPECT_TRUE(moved.finish().empty());
}

TEST_F(Pending, RefusesWhatSegmentRefuses) {
  auto segmenter = open();
  const Image good = make_image(64, 64);
  Image bad = good;
  bad.rgb.pop_back();
  EXPECT_ERROR(segmenter.start({&good, &bad}), ErrorCode::kBadArgument, "64x64 with 12287 bytes");
  SegmentOptions options;
  options.window = 3;
  EXPECT_ERROR(segmenter.start({&good}, options), ErrorCode::kBadArgument, "window");
  EXPECT_ERROR(segmenter.start({&good}, {}, [](int, int) { return false; }), ErrorCode::kCancelled, "0 of");
}

}  // namespace
}  // namespace relprompt

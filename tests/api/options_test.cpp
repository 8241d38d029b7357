// relprompt/options.h: default-made options are legal, and resolve() says what zeros mean and what is out of
// range.
#include "relprompt/options.h"

#include <functional>

#include <gtest/gtest.h>

#include "relprompt/segmenter.h"

#include "tiny_session.h"

namespace relprompt {
namespace {

class Options : public test::TinySession {
 protected:
  void expect_refused(const std::function<void(SegmentOptions&)>& change, const std::string& fragment) const {
    SegmentOptions options;
    change(options);
    EXPECT_ERROR(model_.resolve(options, 3), ErrorCode::kBadArgument, fragment);
  }

  Model model_{folder(), one_thread()};
};

TEST_F(Options, ZerosBecomeTheModelsOwnProtocol) {
  const auto resolved = model_.resolve({}, 3);
  EXPECT_EQ(resolved.short_side, config_.test.short_side);
  EXPECT_EQ(resolved.window, config_.test.window);
  EXPECT_EQ(resolved.stride, config_.test.stride);
  EXPECT_FALSE(resolved.unknown_threshold.has_value());
  EXPECT_TRUE(resolved.seen.empty());
  const auto again = model_.resolve(resolved, 3);
  EXPECT_EQ(again.window, resolved.window);
  EXPECT_EQ(again.window_batch, resolved.window_batch);
}

TEST_F(Options, DefaultMadeOnesAreLegal) {
  EXPECT_NO_THROW(ClassSet(Model(folder()), parse_class_list("road"), TextOptions()));
}

TEST_F(Options, StatedValuesStay) {
  SegmentOptions options;
  options.short_side = 96;
  options.window = 48;
  options.stride = 32;
  options.seen = {0, 2};
  const auto resolved = model_.resolve(options, 3);
  EXPECT_EQ(resolved.short_side, 96);
  EXPECT_EQ(resolved.window, 48);
  EXPECT_EQ(resolved.stride, 32);
  EXPECT_EQ(resolved.seen, options.seen);
}

TEST_F(Options, OutOfRangeIsRefused) {
  expect_refused([](auto& o) { o.short_side = -1; }, "short side");
  expect_refused([](auto& o) { o.window = 15; }, "window");
  expect_refused([](auto& o) { o.window = 32, o.stride = 33; }, "stride");
  expect_refused([](auto& o) { o.seen = {3}; }, "3");
  expect_refused([](auto& o) { o.window_batch = -1; }, "batch");
}

TEST_F(Options, AThresholdMakesPixelsUnknown) {
  Segmenter segmenter(model_, ClassSet(model_, parse_class_list("road, sky")));
  SegmentOptions options;
  const auto image = make_image(64, 64);
  EXPECT_EQ(segmenter.segment(image, options).unknown_pixels, 0u);
  options.unknown_threshold = 2.0f;  // no probability reaches it
  EXPECT_EQ(segmenter.segment(image, options).unknown_pixels, 64u * 64u);
}

TEST_F(Options, PixelCapsAreKept) {
  Segmenter segmenter(model_, ClassSet(model_, parse_class_list("road, sky")));
  SegmentOptions options;
  options.max_pixels = 100;
  EXPECT_ERROR(segmenter.segment(make_image(64, 64), options), ErrorCode::kImageTooLarge, "64");
}

}  // namespace
}  // namespace relprompt

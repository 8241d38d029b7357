// relprompt::FrameSegmenter: equal to Segmenter where it should be, and its memory of frames where not.
#include <cmath>

#include "relprompt/video.h"

#include "tiny_session.h"

namespace relprompt {
namespace {

class FrameSegmenterTest : public test::TinySession {
 protected:
  FrameSegmenterTest() : segmenter_(folder(), one_thread()) {
    for (int c = 0; c < 5; ++c)
      for (int i = 0; i < segmenter_.joint_width(); ++i)
        rows_.push_back(std::sin(static_cast<float>(7 * c + 3 * i + c * i)));
    segmenter_.set_embeddings(rows_.data(), 5);
    options_.short_side = 64;
    options_.window = 64;
    options_.stride = 40;
  }

  /// 64 x 144: three windows.
  static Image frame(unsigned seed) { return make_image(64, 144, seed); }

  /// The scores of a frame [class, pixel].
  std::vector<float> scores(FrameSegmenter& frames, const Image& image, const Motion* motion = nullptr) {
    std::vector<float> result;
    frames.segment(image, motion, [&](std::size_t, std::size_t count, const float* planes) {
      result.insert(result.end(), planes,
                    planes + count * static_cast<std::size_t>(image.height * image.width));
    });
    return result;
  }

  static Motion moved(float x) {
    Motion motion{64, 144, {}, {}};
    for (int i = 0; i < 64 * 144; ++i) {
      motion.backward.insert(motion.backward.end(), {-x, 0});
      motion.forward.insert(motion.forward.end(), {x, 0});
    }
    return motion;
  }

  Segmenter segmenter_;
  std::vector<float> rows_;
  SegmentOptions options_;
};

TEST_F(FrameSegmenterTest, FramesAloneAreWhatTheSegmenterFinds) {
  for (const bool flip : {false, true}) {
    options_.flip = flip;
    if (flip) options_.scales = {1, 1.5};
    FrameSegmenter frames(segmenter_, options_, {});
    Image image = frame(0);
    for (int i = 0; i < 4; ++i) {
      if (i != 2)
        image.rgb[3 * (20 * 144 + 3) + static_cast<std::size_t>(i)] ^= 0x55;  // in the first window alone
      const auto found = frames.segment(image);
      const auto expected = segmenter_.segment(image, options_);
      EXPECT_EQ(found.labels.labels, expected.labels.labels) << i;
      EXPECT_EQ(found.windows, expected.windows);
      if (i == 0) {
        EXPECT_EQ(frames.reused_windows(), 0);
      }
      if (i == 2) {
        EXPECT_EQ(frames.reused_windows(), found.windows);
      }
      if (i == 3) {
        EXPECT_GT(frames.reused_windows(), 0);
        EXPECT_LT(frames.reused_windows(), found.windows);
      }
    }
  }
}

TEST_F(FrameSegmenterTest, ScoresOfReusedWindowsAreThoseComputedAnewToTheBit) {
  FrameSegmenter reusing(segmenter_, options_, {}), computing(segmenter_, options_, {-1, 0});
  Image image = frame(1);
  for (int i = 0; i < 3; ++i) {
    image.rgb[3 * static_cast<std::size_t>(10 + i)] ^= 0x31;
    EXPECT_EQ(scores(reusing, image), scores(computing, image));
    EXPECT_EQ(computing.reused_windows(), 0);
  }
  EXPECT_EQ(reusing.reused_windows(), 2);
}

TEST_F(FrameSegmenterTest, WindowsThatAreComputedAloneAreThoseOfABatch) {
  ModelOptions two;
  two.threads = 2;  // windows are computed in twos
  for (const char* precision : {"fp32", "int8"}) {
    two.precision = precision;
    Segmenter segmenter(folder(), two);
    segmenter.set_embeddings(rows_.data(), 5);
    FrameSegmenter reusing(segmenter, options_, {}), computing(segmenter, options_, {-1, 0});
    Image image = frame(1);
    for (int i = 0; i < 3; ++i) {
      image.rgb[3 * static_cast<std::size_t>(10 + 60 * i)] ^= 0x31;
      EXPECT_EQ(scores(reusing, image), scores(computing, image)) << precision << i;
    }
  }
}

TEST_F(FrameSegmenterTest, AToleranceIsCountedFromThePixelsThatWereComputed) {
  FrameSegmenter frames(segmenter_, options_, {2, 0});
  Image image = frame(2);
  for (auto& value : image.rgb) value = static_cast<std::uint8_t>(value / 2);
  frames.segment(image);
  const auto next = [&] {
    for (auto& value : image.rgb) ++value;
    frames.segment(image);
    return frames.reused_windows();
  };
  EXPECT_EQ(next(), 3);
  EXPECT_EQ(next(), 3);
  EXPECT_EQ(next(), 0) << "three steps of one are a step of three";
}

TEST_F(FrameSegmenterTest, ScoresOfAStillVideoDoNotMoveAndThoseOfACutFadeIn) {
  FrameSegmenter smooth(segmenter_, options_, {0, 0.75}), plain(segmenter_, options_, {});
  const auto first = scores(plain, frame(3)), second = scores(plain, frame(9));
  const auto begin = scores(smooth, frame(3));
  EXPECT_EQ(begin, first) << "the first frame has no past";
  const auto still = scores(smooth, frame(3));
  for (std::size_t i = 0; i < still.size(); ++i) ASSERT_NEAR(still[i], first[i], 1e-6);
  double before = 0, after = 0;
  for (int i = 0; i < 40; ++i) {
    const auto now = scores(smooth, frame(9));
    double distance = 0;
    for (std::size_t j = 0; j < now.size(); ++j) distance += std::abs(now[j] - second[j]);
    if (i == 0) before = distance;
    after = distance;
  }
  EXPECT_GT(before, 1);
  EXPECT_LT(after, before * 1e-3);
}

TEST_F(FrameSegmenterTest, MotionOfNothingIsNoMotion) {
  FrameSegmenter along(segmenter_, options_, {0, 0.5}), in_place(segmenter_, options_, {0, 0.5});
  const auto none = moved(0);
  scores(along, frame(4));
  scores(in_place, frame(4));
  const auto a = scores(along, frame(5), &none), b = scores(in_place, frame(5));
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-6);
}

TEST_F(FrameSegmenterTest, WhereTheFlowIsNotConsistentAFrameStandsAlone) {
  FrameSegmenter along(segmenter_, options_, {0, 0.5}), plain(segmenter_, options_, {});
  Motion torn = moved(9);
  torn.forward.assign(torn.forward.size(), 0.0f);
  scores(along, frame(4));
  EXPECT_EQ(scores(along, frame(5), &torn), scores(plain, frame(5)));
}

TEST_F(FrameSegmenterTest, AnotherSessionGoesOnToTheSameBits) {
  for (const FrameOptions& rules : {FrameOptions{0, 0.6}, FrameOptions{3, 0}, FrameOptions{3, 0.6}}) {
    FrameSegmenter whole(segmenter_, options_, rules), first(segmenter_, options_, rules),
        second(segmenter_, options_, rules);
    const auto image = [&](unsigned i) {
      auto result = frame(6);
      for (auto& value : result.rgb) value = static_cast<std::uint8_t>(value / 2 + i);
      return result;
    };
    for (unsigned i = 0; i < 3; ++i) {
      scores(whole, image(i));
      scores(first, image(i));
    }
    second.restore(first.state());
    for (unsigned i = 3; i < 6; ++i) {
      EXPECT_EQ(scores(whole, image(i)), scores(second, image(i)));
      EXPECT_EQ(whole.reused_windows(), second.reused_windows());
    }
  }
}

TEST_F(FrameSegmenterTest, DamagedStatesAreRefused) {
  FrameSegmenter frames(segmenter_, options_, {3, 0.6});
  frames.segment(frame(1));
  const auto state = frames.state();
  for (std::size_t size :
       {std::size_t{0}, std::size_t{3}, std::size_t{20}, state.size() / 2, state.size() - 1})
    EXPECT_ERROR(frames.restore(state.substr(0, size)), ErrorCode::kUnreadable, "state of a video");
  auto huge = state;
  for (std::size_t i = 12; i < 20; ++i) huge[i] = '\x7f';
  EXPECT_ERROR(frames.restore(huge), ErrorCode::kUnreadable, "state of a video");
}

TEST_F(FrameSegmenterTest, FramesOfAnotherSizeBeginAnew) {
  FrameSegmenter frames(segmenter_, options_, {0, 0.9});
  frames.segment(frame(1));
  const Image other = make_image(80, 70, 2);
  EXPECT_EQ(frames.segment(other).labels.labels, segmenter_.segment(other, options_).labels.labels);
}

TEST_F(FrameSegmenterTest, RefusesOptionsOutOfRangeAndMotionOfAnotherSize) {
  EXPECT_ERROR(FrameSegmenter(segmenter_, options_, {0, 1.0}), ErrorCode::kBadArgument,
               "smooth: expected 0 to below 1");
  EXPECT_ERROR(FrameSegmenter(segmenter_, options_, {256, 0}), ErrorCode::kBadArgument, "at most 255");
  FrameSegmenter frames(segmenter_, options_, {0, 0.5});
  frames.segment(frame(1));
  Motion small = moved(0);
  small.width = 72;
  EXPECT_ERROR(frames.segment(frame(1), &small), ErrorCode::kBadArgument, "motion of 72x64");
}

}  // namespace
}  // namespace relprompt

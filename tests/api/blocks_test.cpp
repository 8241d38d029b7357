// relprompt::BlockSegmenter: the labels of the whole image, block by block.
#include "relprompt/blocks.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "tiny_session.h"

namespace relprompt::test {
namespace {

class Blocks : public TinySession {
 protected:
  static ClassSet classes_of(const Model& model, std::size_t count = 5) {
    std::vector<float> rows;
    for (std::size_t i = 0; i < count * static_cast<std::size_t>(model.joint_width()); ++i)
      rows.push_back(static_cast<float>((i * 7919 + 13) % 101) - 50);
    return {model, rows.data(), count};
  }

  /// Gives parts of an image, and counts the pixels that were asked for.
  RectangleReader reader_of(const Image& image, const std::vector<std::uint8_t>& valid = {}) {
    return [this, &image, valid](const Rectangle& where) {
      RectanglePixels pixels;
      pixels.image = {where.height, where.width, {}};
      for (std::int64_t y = where.y; y < where.y + where.height; ++y) {
        const auto row = static_cast<std::size_t>(y * image.width + where.x);
        const auto width = static_cast<std::size_t>(where.width);
        pixels.image.rgb.insert(pixels.image.rgb.end(), image.rgb.data() + 3 * row,
                                image.rgb.data() + 3 * (row + width));
        if (!valid.empty())
          pixels.valid.insert(pixels.valid.end(), valid.data() + row, valid.data() + row + width);
      }
      largest_ = std::max(largest_, static_cast<std::int64_t>(where.height) * where.width);
      return pixels;
    };
  }

  /// All blocks, put together, and the scores of every class.
  LabelMap label(BlockSegmenter& blocks, const Image& image, std::vector<float>* scores = nullptr,
                 const std::vector<std::uint8_t>& valid = {}) {
    LabelMap map;
    map.height = image.height;
    map.width = image.width;
    map.labels.resize(static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width));
    const auto reader = reader_of(image, valid);
    for (std::int64_t i = 0; i < blocks.block_count(); ++i) {
      const Rectangle where = blocks.block(i);
      const auto at = [&](int y, int x) {
        return static_cast<std::size_t>((where.y + y) * image.width + where.x + x);
      };
      const ScoreSink sink = [&](std::size_t first, std::size_t count, const float* planes) {
        for (std::size_t c = first; c < first + count; ++c)
          for (int y = 0; y < where.height; ++y)
            for (int x = 0; x < where.width; ++x) (*scores)[c * map.labels.size() + at(y, x)] = *planes++;
      };
      const auto found = blocks.label(i, reader, scores != nullptr ? sink : ScoreSink());
      EXPECT_EQ(found.labels.height, where.height);
      EXPECT_EQ(found.labels.width, where.width);
      for (int y = 0; y < where.height; ++y)
        for (int x = 0; x < where.width; ++x)
          map.labels[at(y, x)] = found.labels.labels[static_cast<std::size_t>(y * where.width + x)];
    }
    return map;
  }

  std::int64_t largest_ = 0;
};

SegmentOptions windows(int window, int stride) {
  SegmentOptions options;
  options.window = window;
  options.stride = stride;
  return options;
}

TEST_F(Blocks, AreTheWholeImageToTheLastBit) {
  const Model model(folder(), one_thread());
  const ClassSet classes = classes_of(model);
  Segmenter segmenter(model, classes);
  const Image image = make_image(300, 420, 3);
  for (const int stride : {9, 13, 16}) {
    auto options = windows(16, stride);
    options.short_side = 300;
    std::vector<float> whole_scores, scores(5U * 300 * 420);
    const auto whole =
        segmenter.segment(image, options, [&](std::size_t, std::size_t count, const float* planes) {
          whole_scores.insert(whole_scores.end(), planes, planes + count * 300 * 420);
        });
    BlockSegmenter blocks(model, classes, 300, 420, options, 128);
    EXPECT_EQ(label(blocks, image, &scores).labels, whole.labels.labels) << stride;
    EXPECT_EQ(scores, whole_scores) << stride;
    EXPECT_EQ(blocks.window_count(), whole.windows);
    EXPECT_EQ(blocks.computed_windows(), whole.windows) << "each once";
  }
  EXPECT_LE(largest_, 16 * (128 + 2 * 16)) << "a row of windows at a time";
}

TEST_F(Blocks, AreTheSameWithoutMemory) {
  const Model model(folder(), one_thread());
  const ClassSet classes = classes_of(model);
  const Image image = make_image(280, 290, 1);
  BlockSegmenter usual(model, classes, 280, 290, windows(16, 11), 128);
  BlockSegmenter forgetful(model, classes, 280, 290, windows(16, 11), 128, 0);
  EXPECT_EQ(label(usual, image).labels, label(forgetful, image).labels);
  EXPECT_GT(forgetful.computed_windows(), usual.computed_windows());
}

TEST_F(Blocks, MayBeTakenInAnyOrder) {
  const Model model(folder(), one_thread());
  const ClassSet classes = classes_of(model);
  const Image image = make_image(200, 300);
  BlockSegmenter in_order(model, classes, 200, 300, windows(16, 11), 128);
  BlockSegmenter backwards(model, classes, 200, 300, windows(16, 11), 128);
  const auto reader = reader_of(image);
  std::vector<LabelMap> maps;
  for (std::int64_t i = 0; i < in_order.block_count(); ++i) maps.push_back(in_order.label(i, reader).labels);
  for (std::int64_t i = in_order.block_count(); i-- > 0;)
    EXPECT_EQ(backwards.label(i, reader).labels.labels, maps[static_cast<std::size_t>(i)].labels);
}

TEST_F(Blocks, WithoutDataAreNotComputed) {
  const Model model(folder(), one_thread());
  const ClassSet classes = classes_of(model);
  Image image = make_image(150, 260);
  std::vector<std::uint8_t> valid(150U * 260);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    valid[i] = i % 260 >= 130 && i / 260 >= 20 ? 1 : 0;
    if (valid[i] == 0)
      std::fill_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, std::uint8_t{0});
  }
  BlockSegmenter all(model, classes, 150, 260, windows(16, 11), 128);
  BlockSegmenter some(model, classes, 150, 260, windows(16, 11), 128);
  const auto expected = label(all, image).labels, found = label(some, image, nullptr, valid).labels;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (valid[i] != 0) {
      ASSERT_EQ(found[i], expected[i]) << i;
    }
  }
  EXPECT_LT(some.computed_windows(), all.computed_windows() * 6 / 10);
}

TEST_F(Blocks, OfLessThanAPatchAreLabelled) {
  const Model model(folder(), one_thread());
  const ClassSet classes = classes_of(model);
  for (const auto& [height, width] :
       {std::pair(1, 300), std::pair(300, 1), std::pair(1, 1), std::pair(2, 3)}) {
    const Image image = make_image(height, width);
    BlockSegmenter blocks(model, classes, height, width, windows(16, 11), 128);
    std::vector<float> scores(5U * static_cast<std::size_t>(height * width), -1);
    for (const auto label_here : label(blocks, image, &scores).labels) EXPECT_LT(label_here, 5);
    EXPECT_GE(*std::min_element(scores.begin(), scores.end()), 0);
  }
}

TEST_F(Blocks, RefuseWhatNeedsTheWholeImage) {
  const Model model(folder(), one_thread());
  const ClassSet classes = classes_of(model);
  const auto make = [&](const SegmentOptions& options, int block = 128, std::int64_t side = 300) {
    return BlockSegmenter(model, classes, side, side, options, block);
  };
  auto options = windows(kWholeImage, 0);
  EXPECT_ERROR(make(options), ErrorCode::kBadArgument, "the whole image as one window");
  options = windows(16, 11);
  options.flip = true;
  EXPECT_ERROR(make(options), ErrorCode::kBadArgument, "mirrored");
  options.flip = false;
  options.refine = Refinement::kPamr;
  EXPECT_ERROR(make(options), ErrorCode::kBadArgument, "refine");
  options = windows(16, 11);
  options.min_area = 0.1f;
  EXPECT_ERROR(make(options), ErrorCode::kBadArgument, "least area");
  EXPECT_ERROR(make(windows(5000, 4000)), ErrorCode::kBadArgument, "at most 4096");
  EXPECT_ERROR(make(windows(512, 1), 2048, 100'000), ErrorCode::kBadArgument, "larger stride");
  EXPECT_ERROR(make(windows(16, 11), 100), ErrorCode::kBadArgument, "multiple of 128");
  EXPECT_ERROR(make(windows(16, 11), 128, 0), ErrorCode::kBadArgument, "expected sides from 1");
  EXPECT_ERROR(make(windows(16, 11), 128, 2'147'483'647), ErrorCode::kBadArgument, "blocks");
  EXPECT_ERROR(make(windows(16, 11)).label(9, {}), ErrorCode::kBadArgument, "expected 0 to 8");
}

TEST_F(Blocks, StopWhenTheCallerWantsNoMore) {
  const Model model(folder(), one_thread());
  BlockSegmenter blocks(model, classes_of(model), 100, 100, windows(16, 11), 128);
  const Image image = make_image(100, 100);
  EXPECT_ERROR(blocks.label(0, reader_of(image), {}, [](int done, int) { return done < 20; }),
               ErrorCode::kCancelled, "of 81 windows");
}

}  // namespace
}  // namespace relprompt::test

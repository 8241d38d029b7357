// relprompt::HalfScores: the scores of ScoreFile without the file.
#include "relprompt/scores.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "api/errors.h"
#include "image/npy_writer.h"
#include "image/rounded_scores.h"

namespace relprompt {

struct RELPROMPT_HIDDEN HalfScores::Impl {
  Impl(std::size_t all, int rows, int columns)
      : classes(all),
        height(rows),
        width(columns),
        pixels(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns)),
        rounded(pixels) {
    halves.reserve(classes * pixels);
  }

  std::size_t classes, written = 0;
  int height, width;
  std::size_t pixels;
  image::RoundedScores rounded;
  std::vector<std::uint16_t> halves;
};

HalfScores::HalfScores(std::size_t classes, int height, int width)
    : impl_(api::guarded([&] {
        if (classes == 0 || classes > kMaxClasses || height < 1 || width < 1) {
          throw Error(ErrorCode::kBadArgument,
                      fmt::format("scores of {} classes, {} rows and {} columns: expected 1 to {} classes "
                                  "and at least one pixel",
                                  classes, height, width, kMaxClasses));
        }
        return std::make_unique<Impl>(classes, height, width);
      })) {}

HalfScores::~HalfScores() = default;
HalfScores::HalfScores(HalfScores&&) noexcept = default;
HalfScores& HalfScores::operator=(HalfScores&&) noexcept = default;

void HalfScores::append(const float* planes, std::size_t count) {
  api::guarded([&] {
    auto& own = *impl_;
    if (count > own.classes - own.written) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{} more planes of scores, after {} of {}", count, own.written, own.classes));
    }
    for (std::size_t i = 0; i < count; ++i, ++own.written) {
      const float* plane = planes + i * own.pixels;
      const std::size_t begin = own.written * own.pixels;
      own.halves.resize(begin + own.pixels);
      std::transform(plane, plane + own.pixels, own.halves.data() + begin, image::to_half);
      own.rounded.add(own.halves.data() + begin);
    }
  });
}

ScoreSink HalfScores::sink() {
  return [this](std::size_t, std::size_t count, const float* planes) { append(planes, count); };
}

std::vector<std::uint16_t> HalfScores::finish(const LabelMap& labels) {
  return api::guarded([&] {
    auto& own = *impl_;
    if (labels.height != own.height || labels.width != own.width || own.written != own.classes ||
        own.halves.size() != own.classes * own.pixels) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("scores of {} classes and {}x{} pixels are complete with a label map of that "
                              "size and all planes, once; here are {}x{} pixels and {} planes",
                              own.classes, own.height, own.width, labels.height, labels.width, own.written));
    }
    const std::size_t planes = own.rounded.settle(labels.labels);
    for (std::size_t of_class = 0; of_class < planes; ++of_class) {
      own.rounded.lower(of_class, own.halves.data() + of_class * own.pixels);
    }
    return std::exchange(own.halves, {});
  });
}

}  // namespace relprompt

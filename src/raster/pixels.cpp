#include "raster/pixels.h"

#include <algorithm>

#include "base/hash.h"
#include "raster/library.h"

namespace relprompt::raster {
namespace {

constexpr std::int64_t kLookSide = 64, kLooks = 24;

std::size_t pixels_of(const Rectangle& where) {
  return static_cast<std::size_t>(where.height) * static_cast<std::size_t>(where.width);
}

/// First pixels of at most kLooks places along one axis.
std::vector<std::int64_t> places(std::int64_t length) {
  const std::int64_t last = std::max<std::int64_t>(length - kLookSide, 0);
  const std::int64_t count = std::min(kLooks, length / kLookSide + 1);
  std::vector<std::int64_t> result;
  for (std::int64_t i = 0; i < count; ++i) result.push_back(count == 1 ? 0 : last * i / (count - 1));
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

/// Reads a rectangle and keeps every `step`-th pixel with data.
class Collector {
 public:
  Collector(Source& source, const Colors& colors, const std::string& name)
      : source_(source), colors_(colors), name_(name) {
    look_.samples.resize(colors.bands.size());
  }

  void add(const Rectangle& where, std::uint64_t step) {
    if (source_.empty(where, colors_.bands)) return;
    const auto count = pixels_of(where);
    samples_.resize(count * colors_.bands.size());
    valid_.resize(count);
    rgb_.resize(count * 3);
    check(source_.read(where, colors_.bands, samples_.data(), valid_.data()), name_);
    digest_.update(samples_.data(), samples_.size() * sizeof(double));
    to_colors(samples_.data(), count, colors_, rgb_.data(), valid_.data());  // finds what has no data
    for (std::size_t i = 0; i < count; ++i) {
      if (valid_[i] == 0 || seen_++ % step != 0) continue;
      for (std::size_t band = 0; band < look_.samples.size(); ++band)
        look_.samples[band].push_back(static_cast<float>(samples_[band * count + i]));
    }
  }

  std::size_t found() const { return look_.samples.front().size(); }
  void forget() {
    for (auto& samples : look_.samples) samples.clear();
    seen_ = 0;
  }
  Look take() {
    look_.sha256 = digest_.hex();
    return std::move(look_);
  }

 private:
  Source& source_;
  const Colors& colors_;
  const std::string& name_;
  std::vector<double> samples_;
  std::vector<std::uint8_t> valid_, rgb_;
  std::uint64_t seen_ = 0;
  Sha256 digest_;
  Look look_;
};

}  // namespace

RectanglePixels Pixels::read(const Rectangle& where) {
  const auto count = pixels_of(where);
  RectanglePixels pixels;
  pixels.image.height = where.height;
  pixels.image.width = where.width;
  pixels.image.rgb.resize(count * 3);
  pixels.valid.resize(count);
  if (source_.empty(where, colors_.bands)) return pixels;
  samples_.resize(count * colors_.bands.size());
  check(source_.read(where, colors_.bands, samples_.data(), pixels.valid.data()), name_);
  to_colors(samples_.data(), count, colors_, pixels.image.rgb.data(), pixels.valid.data());
  return pixels;
}

bool Pixels::nothing_in(const Rectangle& where, RectanglePixels& pixels) {
  if (source_.empty(where, colors_.bands)) return true;
  pixels = read(where);
  return std::all_of(pixels.valid.begin(), pixels.valid.end(), [](std::uint8_t value) { return value == 0; });
}

std::vector<Rectangle> look_places(std::int64_t height, std::int64_t width) {
  std::vector<Rectangle> result;
  for (const auto y : places(height)) {
    for (const auto x : places(width)) {
      result.push_back({y, x, static_cast<int>(std::min(kLookSide, height - y)),
                        static_cast<int>(std::min(kLookSide, width - x))});
    }
  }
  return result;
}

Look look_at(Source& source, const Colors& colors, bool enough, const std::string& name) {
  constexpr std::size_t kFewest = 1000;
  constexpr std::uint64_t kMost = 4'000'000;
  constexpr std::int64_t kSide = 1024;
  const auto& facts = source.facts();
  Collector collector(source, colors, name);
  for (const auto& where : look_places(facts.height, facts.width)) collector.add(where, 1);
  const auto all = static_cast<std::uint64_t>(facts.height) * static_cast<std::uint64_t>(facts.width);
  if (!enough || collector.found() >= std::min<std::uint64_t>(kFewest, all)) return collector.take();
  collector.forget();
  for (std::int64_t y = 0; y < facts.height; y += kSide) {
    for (std::int64_t x = 0; x < facts.width; x += kSide) {
      collector.add({y, x, static_cast<int>(std::min(kSide, facts.height - y)),
                     static_cast<int>(std::min(kSide, facts.width - x))},
                    all / kMost + 1);
    }
  }
  return collector.take();
}

}  // namespace relprompt::raster

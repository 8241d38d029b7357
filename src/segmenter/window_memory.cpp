#include "segmenter/window_memory.h"

#include <algorithm>
#include <cstdlib>

#include "segmenter/state_bytes.h"

namespace relprompt::segmenter {
namespace {

/// A row of a window as it lies in the frame.
const std::uint8_t* row_of(const Image& frame, bool mirrored, const Window& window, std::int64_t row) {
  const auto x = mirrored ? frame.width - window.x - window.width : window.x;
  return frame.rgb.data() + 3 * ((window.y + row) * frame.width + x);
}

bool is_near(const Image& frame, bool mirrored, const Window& window, const std::vector<std::uint8_t>& kept,
             int tolerance) {
  const auto length = 3 * window.width;
  if (kept.size() != static_cast<std::size_t>(length * window.height)) return false;
  const std::uint8_t* old = kept.data();
  for (std::int64_t row = 0; row < window.height; ++row, old += length) {
    const std::uint8_t* now = row_of(frame, mirrored, window, row);
    if (!std::equal(now, now + length, old,
                    [=](std::uint8_t a, std::uint8_t b) { return std::abs(int{a} - int{b}) <= tolerance; }))
      return false;
  }
  return true;
}

void keep(const Image& frame, bool mirrored, const Window& window, std::vector<std::uint8_t>& kept) {
  const auto length = 3 * window.width;
  kept.resize(static_cast<std::size_t>(length * window.height));
  std::uint8_t* to = kept.data();
  for (std::int64_t row = 0; row < window.height; ++row)
    to = std::copy_n(row_of(frame, mirrored, window, row), length, to);
}

bool same(const std::vector<Window>& a, const std::vector<Window>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Window& one, const Window& other) {
    return one.y == other.y && one.x == other.x && one.height == other.height && one.width == other.width;
  });
}

}  // namespace

std::vector<float> WindowMemory::scores(const Image& resized, bool mirrored,
                                        const std::vector<Window>& windows, int tolerance,
                                        const ComputeWindows& compute) {
  if (size_.height != resized.height || size_.width != resized.width || !same(windows, windows_)) {
    size_ = {resized.height, resized.width};
    windows_ = windows;
    pixels_.assign(windows.size(), {});
    scores_.clear();
  }
  std::vector<Window> changed;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (!scores_.empty() && is_near(resized, mirrored, windows[i], pixels_[i], tolerance)) continue;
    changed.push_back(windows[i]);
    places.push_back(i);
  }
  reused_ = static_cast<int>(windows.size() - changed.size());
  if (changed.empty()) return scores_;
  const auto fresh = compute(changed);
  const auto each = fresh.size() / changed.size();
  scores_.resize(each * windows.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::copy_n(fresh.begin() + static_cast<std::ptrdiff_t>(i * each), each,
                scores_.begin() + static_cast<std::ptrdiff_t>(places[i] * each));
    keep(resized, mirrored, changed[i], pixels_[places[i]]);
  }
  return scores_;
}

void WindowMemory::save(std::string& bytes) const {
  put(bytes, size_);
  put(bytes, windows_);
  for (const auto& pixels : pixels_) put(bytes, pixels);
  put(bytes, scores_);
}

void WindowMemory::load(StateReader& bytes) {
  bytes.get(size_);
  bytes.get(windows_);
  pixels_.assign(windows_.size(), {});
  for (auto& pixels : pixels_) bytes.get(pixels);
  bytes.get(scores_);
  if (windows_.empty() != scores_.empty() || (!windows_.empty() && scores_.size() % windows_.size() != 0))
    StateReader::fail();
}

}  // namespace relprompt::segmenter

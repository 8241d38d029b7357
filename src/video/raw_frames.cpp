#include "video/raw_frames.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace relprompt::video {

RawFrames::RawFrames(int descriptor, int height, int width, double fps, std::function<bool()> stopped)
    : descriptor_(descriptor), stopped_(std::move(stopped)) {
  facts_.height = height;
  facts_.width = width;
  facts_.fps = fps;
  facts_.format = "raw rgb24";
}

/// False if the reader should stop.
bool RawFrames::wait() const {
  constexpr int kMilliseconds = 200;
  pollfd watched{descriptor_, POLLIN, 0};
  while (true) {
    if (stopped_ && stopped_()) return false;
    const int ready = poll(&watched, 1, kMilliseconds);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;  // read() then says what is wrong
  }
}

Next RawFrames::next(Frame& frame) {
  if (ended_) return Next::kEnd;
  auto& image = frame.image;
  image.height = facts_.height;
  image.width = facts_.width;
  const auto size = 3 * static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
  image.rgb.resize(size);
  frame.number = ++number_;
  frame.time = static_cast<std::int64_t>(static_cast<double>(number_ - 1) * 1e6 / facts_.fps);
  std::size_t filled = 0;
  while (filled < size) {
    if (!wait()) {
      ended_ = true;
      return Next::kEnd;
    }
    const auto count = read(descriptor_, image.rgb.data() + filled, size - filled);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count > 0) {
      filled += static_cast<std::size_t>(count);
      continue;
    }
    ended_ = true;
    if (count < 0) {
      frame.reason = "it cannot be read: " + std::generic_category().message(errno);
      return Next::kFailed;
    }
    if (filled == 0) {
      frame.reason = "no frame arrived";
      return number_ == 1 ? Next::kFailed : Next::kEnd;
    }
    frame.reason = fmt::format("the stream ends after {} of its {} bytes", filled, size);
    return Next::kLost;
  }
  return Next::kFrame;
}

}  // namespace relprompt::video

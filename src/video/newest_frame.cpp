#include "video/newest_frame.h"

#include <algorithm>
#include <new>
#include <utility>

#include <fmt/format.h>

namespace relprompt::video {

NewestFrame::NewestFrame(std::unique_ptr<Source> stream)
    : stream_(std::move(stream)), facts_(stream_->facts()), reader_([this] { read(); }) {}

NewestFrame::~NewestFrame() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  reader_.join();
}

void NewestFrame::read() {
  while (true) {
    Arrived next;
    try {
      next.kind = stream_->next(next.frame);
    } catch (const std::bad_alloc&) {
      next.kind = Next::kFailed;
      next.frame.reason = "not enough memory for its next frame";
    }
    const bool last = next.kind == Next::kEnd || next.kind == Next::kFailed;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (next.kind == Next::kFrame) {
      const auto old = std::find_if(waiting_.begin(), waiting_.end(),
                                    [](const Arrived& waiting) { return waiting.kind == Next::kFrame; });
      if (old != waiting_.end()) {
        waiting_.erase(old);
        ++dropped_;
      }
    }
    waiting_.push_back(std::move(next));
    arrived_.notify_one();
    if (last || stop_) return;
  }
}

Next NewestFrame::next(Frame& frame) {
  std::unique_lock<std::mutex> lock(mutex_);
  arrived_.wait(lock, [this] { return !waiting_.empty(); });
  const Next kind = waiting_.front().kind;
  if (kind == Next::kEnd || kind == Next::kFailed) {
    frame.reason = waiting_.front().frame.reason;
    return kind;  // stays for the next call
  }
  frame = std::move(waiting_.front().frame);
  waiting_.pop_front();
  return kind;
}

std::uint64_t NewestFrame::dropped() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return dropped_;
}

std::vector<std::string> NewestFrame::notes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stream_->notes();
}

}  // namespace relprompt::video

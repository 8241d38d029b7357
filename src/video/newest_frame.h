// A live stream does not wait: its newest frame is labelled next, and frames that arrived while one was
// computed are dropped and counted.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "video/source.h"

namespace relprompt::video {

class NewestFrame : public Source {
 public:
  /// Reads the stream on a thread of its own from now on.
  explicit NewestFrame(std::unique_ptr<Source> stream);
  /// Waits until the stream gives its next frame or ends.
  ~NewestFrame() override;

  SourceFacts facts() const override { return facts_; }
  Next next(Frame& frame) override;
  std::vector<std::string> notes() const override;
  /// Frames that were read and not given out.
  std::uint64_t dropped() const;

 private:
  struct Arrived {
    Next kind = Next::kEnd;
    Frame frame;
  };
  void read();

  std::unique_ptr<Source> stream_;
  SourceFacts facts_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Arrived> waiting_;
  std::uint64_t dropped_ = 0;
  bool stop_ = false;
  std::thread reader_;  ///< last: it uses everything above
};

}  // namespace relprompt::video

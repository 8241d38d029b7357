// How long an iteration takes now: the mean over the last few, because the first ones and evaluations between
// them say little about the rest.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

namespace relprompt::train {

class Pace {
 public:
  /// An iteration begins or ends.
  void begin() { start_ = Clock::now(); }
  void end() {
    seconds_.push_back(std::chrono::duration<double>(Clock::now() - start_).count());
    if (seconds_.size() > kRemembered) seconds_.pop_front();
  }

  /// 0 before the first end().
  double seconds_per_iteration() const {
    double sum = 0;
    for (const double value : seconds_) sum += value;
    return seconds_.empty() ? 0 : sum / static_cast<double>(seconds_.size());
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kRemembered = 20;
  Clock::time_point start_ = Clock::now();
  std::deque<double> seconds_;
};

}  // namespace relprompt::train

// Where the time of a pass goes: the parts of the network say what they are doing, and whoever measures
// listens.
//
// A recording belongs to the thread that made it, so two models on two threads never meet, and without one
// a timer is a look at one pointer. Inner stages interrupt outer ones: no second is counted twice.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace relprompt {

enum class Stage { kPatchEmbedding, kAttention, kMlp, kRpm, kLpm, kResize };
constexpr std::size_t kStages = 6;

/// While it lives, the timers of this thread add to it. Recordings may be nested; the inner one listens.
class StageRecording {
 public:
  StageRecording();
  ~StageRecording();
  StageRecording(const StageRecording&) = delete;
  StageRecording& operator=(const StageRecording&) = delete;

  /// Spent in the stage so far, stages inside it not counted.
  double seconds(Stage stage) const { return seconds_[static_cast<std::size_t>(stage)]; }

 private:
  friend class StageTimer;
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kNone = kStages;

  /// Charges the time since the last switch to the current stage; `next` is current from now on.
  std::size_t switch_to(std::size_t next);

  std::array<double, kStages + 1> seconds_{};  ///< the last one: between the stages
  std::size_t current_ = kNone;
  Clock::time_point since_;
  StageRecording* outer_;
};

/// The stage lasts as long as this object.
class StageTimer {
 public:
  explicit StageTimer(Stage stage);
  ~StageTimer();
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  StageRecording* recording_;  ///< nullptr: nobody listens
  std::size_t before_ = 0;
};

/// The result of f, whose time belongs to the stage.
template <class Function>
auto timed(Stage stage, const Function& f) -> decltype(f()) {
  const StageTimer timer(stage);
  return f();
}

}  // namespace relprompt

#include "base/stage_timer.h"

#include <utility>

namespace relprompt {
namespace {

StageRecording*& listener() {
  thread_local StageRecording* recording = nullptr;
  return recording;
}

}  // namespace

StageRecording::StageRecording() : since_(Clock::now()), outer_(std::exchange(listener(), this)) {}

StageRecording::~StageRecording() {
  listener() = outer_;
}

std::size_t StageRecording::switch_to(std::size_t next) {
  const auto now = Clock::now();
  seconds_[current_] += std::chrono::duration<double>(now - since_).count();
  since_ = now;
  return std::exchange(current_, next);
}

StageTimer::StageTimer(Stage stage) : recording_(listener()) {
  if (recording_ != nullptr) before_ = recording_->switch_to(static_cast<std::size_t>(stage));
}

StageTimer::~StageTimer() {
  if (recording_ != nullptr) recording_->switch_to(before_);
}

}  // namespace relprompt

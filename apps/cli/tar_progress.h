// How far a run over tars is: its samples are not counted before, so the bytes that were read tell the time
// that is left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "progress.h"

namespace relprompt::cli {

class TarProgress {
 public:
  /// @param tars, bytes of all of them
  TarProgress(std::size_t tars, std::uint64_t bytes, Progress::Style style);
  ~TarProgress() { clear(); }
  TarProgress(const TarProgress&) = delete;
  TarProgress& operator=(const TarProgress&) = delete;

  /// Everything up to this byte of all tars needs no work of this run.
  void skip_to(std::uint64_t taken);
  /// A sample has its outcome; `taken`: bytes of all tars until then.
  void sample(const std::string& tar, std::uint64_t taken);
  void tar_done();
  /// Wipes the bar, so that other text can be written.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void show();

  std::size_t tars_, done_ = 0;
  std::uint64_t bytes_, taken_ = 0, skipped_ = 0, samples_ = 0;
  Progress::Style style_;
  std::string name_;
  bool visible_ = false;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

}  // namespace relprompt::cli

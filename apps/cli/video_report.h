// The account of a video: a line for each frame, the chart of class shares, run.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/segmenter.h"

#include "json_report.h"
#include "video/class_shares.h"
#include "video/source.h"

namespace relprompt::cli {

/// How a frame got its labels.
struct FrameOutcome {
  bool computed = true;  ///< else carried along the flow
  int windows = 0, reused = 0;
  double inconsistent =
      -1;  ///< share of pixels without consistent flow, where it was looked at; below 0: it was not
};

/// A line of frames.jsonl. The same frame gives the same line in every run: there are no times of the clock.
std::string frame_line(const video::Frame& frame, const Segmentation& result, const FrameOutcome& outcome,
                       const ClassList& classes);
std::string lost_line(const video::Frame& frame);

/// Adds up lines.
class VideoAccount {
 public:
  explicit VideoAccount(const ClassList& classes) : classes_(classes), shares_(classes.size()) {}

  /// Throws Error(kUnreadable) for what is no such line.
  void add(const std::string& line);
  void add_file(const std::filesystem::path& lines);

  std::uint64_t labelled() const { return computed_ + carried_; }
  std::uint64_t lost() const { return lost_; }
  std::uint64_t after_loss() const { return after_loss_; }
  std::uint64_t windows() const { return windows_; }
  std::uint64_t reused() const { return reused_; }
  /// The members frames, labelled, computed, carried, lost, ... of run.json.
  Json document() const;
  /// "57-68 (reason), 90 (reason)", at most a few runs of frames.
  std::string lost_frames() const;
  /// The chart of shares over time.
  Image timeline() const;

 private:
  struct LostRun {
    std::uint64_t first = 0, last = 0;
    std::string reason;
  };

  ClassList classes_;
  video::ClassShares shares_;
  std::uint64_t frames_ = 0, computed_ = 0, carried_ = 0, lost_ = 0, after_loss_ = 0, windows_ = 0,
                reused_ = 0;
  std::vector<LostRun> runs_;
};

}  // namespace relprompt::cli

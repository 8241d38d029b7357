// How far a run over many images or frames is: a bar that is redrawn on a terminal, now and then a line
// elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace relprompt::cli {

class Progress {
 public:
  enum class Style { kNone, kLines, kBar };

  /// kBar on a terminal, kLines elsewhere.
  static Style style_for_stderr();

  /// total: 0 if nobody knows. noun: what is counted, in the plural.
  Progress(std::size_t total, Style style, std::string noun = "images");
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Work on this image begins.
  void begin(const std::string& name);
  /// So many of the image's parts are done. Shown where they take long: of 8 or more.
  void part(int done, int all);
  /// The image is done, for good or ill.
  void end();
  /// An image that needs no work; it counts as done but says nothing about the speed.
  void skip();
  /// Wipes the bar, so that other text can be written; the next begin() or end() draws it again.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void draw();
  std::string rate_and_rest() const;
  /// "12/300", "12" of an unknown number.
  std::string count() const;

  std::size_t total_;
  Style style_;
  std::string noun_;
  std::size_t done_ = 0;
  std::size_t worked_ = 0;  // done_ without the skipped ones
  std::string name_;
  std::string part_;  // what is said of the image's own progress
  Clock::time_point begun_ = Clock::now();
  bool visible_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_line_ = start_;
  Clock::time_point last_part_ = start_;
};

}  // namespace relprompt::cli

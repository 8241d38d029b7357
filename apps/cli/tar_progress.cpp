#include "tar_progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "numbers.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

constexpr int kBarColumns = 24;
// Logs are read later: a line every few seconds is enough. A terminal needs no more redraws than an eye.
constexpr std::chrono::seconds kBetweenLines(5);
constexpr std::chrono::milliseconds kBetweenBars(100);

}  // namespace

TarProgress::TarProgress(std::size_t tars, std::uint64_t bytes, Progress::Style style)
    : tars_(tars), bytes_(bytes), style_(style) {}

void TarProgress::skip_to(std::uint64_t taken) {
  skipped_ += taken - std::min(taken, taken_);
  taken_ = std::max(taken, taken_);
}

void TarProgress::sample(const std::string& tar, std::uint64_t taken) {
  name_ = tar;
  taken_ = std::max(taken, taken_);
  ++samples_;
  if (style_ == Progress::Style::kNone) return;
  const auto least =
      style_ == Progress::Style::kBar ? Clock::duration(kBetweenBars) : Clock::duration(kBetweenLines);
  if (Clock::now() - last_ >= least) show();
}

void TarProgress::tar_done() {
  ++done_;
  if (style_ == Progress::Style::kBar) show();
}

void TarProgress::show() {
  last_ = Clock::now();
  const double seconds = std::max(std::chrono::duration<double>(last_ - start_).count(), 1e-9);
  std::string text = fmt::format("{}/{} tars, {}, {:.1f} a second", done_, tars_, counted(samples_, "sample"),
                                 static_cast<double>(samples_) / seconds);
  const std::uint64_t worked = taken_ - skipped_, rest = bytes_ - std::min(taken_, bytes_);
  if (worked > 0 && rest > 0)
    text += ", " + duration(seconds / static_cast<double>(worked) * static_cast<double>(rest)) + " left";
  if (style_ == Progress::Style::kLines) return print_note(text + "  " + printable(name_));
  const auto share = static_cast<double>(taken_) / static_cast<double>(std::max<std::uint64_t>(bytes_, 1));
  const int full = std::clamp(static_cast<int>(share * kBarColumns), 0, kBarColumns);
  const std::string bar = std::string(static_cast<std::size_t>(full), '#') +
                          std::string(static_cast<std::size_t>(kBarColumns - full), '.');
  const std::string line = fmt::format("[{}] {}  {}", bar, text, printable(name_));
  // One column stays free: a terminal that fills its last one wraps, and the bar would climb.
  std::fputs(("\r" + fit(line, terminal_columns() - 1) + "\x1b[K").c_str(), stderr);
  std::fflush(stderr);
  visible_ = true;
}

void TarProgress::clear() {
  if (!visible_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace relprompt::cli

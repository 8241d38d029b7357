#include "progress.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "numbers.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

constexpr int kBarColumns = 24;
// Logs are read later: a line every few seconds is enough.
constexpr std::chrono::seconds kBetweenLines(5);
// A terminal needs no more redraws than an eye can follow.
constexpr std::chrono::milliseconds kBetweenBars(100);
constexpr int kFewestParts = 8;

}  // namespace

Progress::Style Progress::style_for_stderr() {
  return stderr_is_terminal() ? Style::kBar : Style::kLines;
}

Progress::Progress(std::size_t total, Style style, std::string noun)
    : total_(total), style_(style), noun_(std::move(noun)) {}

void Progress::begin(const std::string& name) {
  name_ = name;
  part_.clear();
  begun_ = Clock::now();
  if (style_ == Style::kBar) draw();
}

void Progress::part(int done, int all) {
  if (style_ == Style::kNone || all < kFewestParts || done < 1) return;
  const auto now = Clock::now();
  const auto least = style_ == Style::kBar ? Clock::duration(kBetweenBars) : Clock::duration(kBetweenLines);
  if (now - last_part_ < least) return;
  last_part_ = now;
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  part_ = fmt::format("{}/{} windows, {} left", done, all, duration(seconds / done * (all - done)));
  if (style_ == Style::kBar) {
    draw();
  } else {
    print_note(printable(name_) + ": " + part_);
  }
}

void Progress::end() {
  part_.clear();
  ++done_;
  ++worked_;
  if (style_ == Style::kBar) draw();
  if (style_ != Style::kLines || total_ == 1) return;
  const auto now = Clock::now();
  if (done_ != total_ && now - last_line_ < kBetweenLines) return;
  last_line_ = now;
  print_note(fmt::format("{} {}{}", count(), noun_, rate_and_rest()));
}

void Progress::skip() {
  ++done_;
}

void Progress::clear() {
  if (!visible_) return;
  // Carriage return and "erase to the end of the line".
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  visible_ = false;
}

std::string Progress::rate_and_rest() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  if (worked_ == 0 || seconds <= 0) return "";
  const double rate = static_cast<double>(worked_) / seconds;
  // An image often takes longer than a second, and "0.03 a second" says little.
  const std::string speed =
      rate >= 1 ? fmt::format(", {:.1f} a second", rate)
                : fmt::format(", {} {}", duration(1 / rate), noun_ == "images" ? "an image" : "each");
  if (done_ >= total_) return speed;
  return speed + ", " + duration(static_cast<double>(total_ - done_) / rate) + " left";
}

std::string Progress::count() const {
  return total_ == 0 ? fmt::format("{}", done_) : fmt::format("{}/{}", done_, total_);
}

void Progress::draw() {
  const auto full = total_ == 0 ? 0 : static_cast<int>(std::min(done_, total_) * kBarColumns / total_);
  const std::string line =
      fmt::format("[{}{}] {}{}  {}", std::string(static_cast<std::size_t>(full), '#'),
                  std::string(static_cast<std::size_t>(kBarColumns - full), '.'), count(), rate_and_rest(),
                  printable(part_.empty() ? name_ : name_ + ": " + part_));
  // One column stays free: a terminal that fills its last one wraps, and the bar would climb.
  std::fputs(("\r" + fit(line, terminal_columns() - 1) + "\x1b[K").c_str(), stderr);
  std::fflush(stderr);
  visible_ = true;
}

}  // namespace relprompt::cli

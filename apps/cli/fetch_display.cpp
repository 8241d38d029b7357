#include "fetch_display.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "interrupt.h"
#include "numbers.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

constexpr std::uint64_t kBarColumns = 24;
// Logs are read later: a line every few seconds is enough.
constexpr std::chrono::seconds kBetweenLines(5);
constexpr std::chrono::milliseconds kBetweenBars(100);

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

FetchDisplay::FetchDisplay(std::string model, bool quiet)
    : model_(std::move(model)), quiet_(quiet), bar_(stderr_is_terminal()) {}

FetchDisplay::~FetchDisplay() {
  clear();
  if (!begun_) return;
  say_at_interrupt("");
  const bool whole = last_.done == last_.bytes;
  if (quiet_ || !whole) return;
  print_note(fmt::format("fetched {}: {} in {}", printable(model_), file_size(last_.done - last_.before),
                         duration(seconds_since(start_))));
}

void FetchDisplay::show(const HubProgress& now) {
  const auto time = Clock::now();
  if (!begun_) {
    begun_ = true;
    start_ = drawn_ = time;
    say_at_interrupt("interrupted; what has arrived is kept, and the same command goes on");
    if (!quiet_) print_note(fmt::format("fetching {}", printable(model_)));
  }
  last_ = now;
  const auto between = bar_ ? Clock::duration(kBetweenBars) : Clock::duration(kBetweenLines);
  if (quiet_ || time - drawn_ < between) return;
  drawn_ = time;
  const double seconds = seconds_since(start_);
  const double rate =
      seconds > 0 ? static_cast<double>(now.done - std::min(now.done, now.before)) / seconds : 0;
  auto text = fmt::format("{} of {}", file_size(now.done), file_size(now.bytes));
  if (rate > 0) {
    text += fmt::format(", {}/s, {} left", file_size(static_cast<std::uint64_t>(rate)),
                        duration(static_cast<double>(now.bytes - std::min(now.bytes, now.done)) / rate));
  }
  text += "  " + printable(now.file);
  if (!bar_) {
    print_note(text);
    return;
  }
  const auto share = now.bytes == 0 ? 1.0 : static_cast<double>(now.done) / static_cast<double>(now.bytes);
  const auto full =
      std::min(kBarColumns, static_cast<std::uint64_t>(share * static_cast<double>(kBarColumns)));
  const auto line =
      fmt::format("[{}{}] {}", std::string(full, '#'), std::string(kBarColumns - full, '.'), text);
  // One column stays free: a terminal that fills its last one wraps, and the bar would climb.
  std::fputs(("\r" + fit(line, terminal_columns() - 1) + "\x1b[K").c_str(), stderr);
  std::fflush(stderr);
  visible_ = true;
}

void FetchDisplay::clear() {
  if (!visible_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace relprompt::cli

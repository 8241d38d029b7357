#include "run_display.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "class_table.h"
#include "numbers.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kBarColumns = 24;
// Logs are read later: a line every few seconds is enough.
constexpr std::chrono::seconds kBetweenLines(5);
// A terminal needs no more redraws than an eye can follow.
constexpr std::chrono::milliseconds kBetweenBars(100);

}  // namespace

RunDisplay::RunDisplay(bool quiet, StopWords words)
    : quiet_(quiet), bar_(stderr_is_terminal()), words_(std::move(words)) {}

void RunDisplay::show(std::size_t done, std::size_t all, const std::string& text) {
  const auto now = Clock::now();
  const bool due =
      done == all || now - last_ >= (bar_ ? Clock::duration(kBetweenBars) : Clock::duration(kBetweenLines));
  if (quiet_ || !due) return;
  last_ = now;
  if (!bar_) {
    print_note(text);
    return;
  }
  const auto full = done * kBarColumns / std::max<std::size_t>(all, 1);
  const auto line =
      fmt::format("[{}{}] {}", std::string(full, '#'), std::string(kBarColumns - full, '.'), printable(text));
  // One column stays free: a terminal that fills its last one wraps, and the bar would climb.
  std::fputs(("\r" + fit(line, terminal_columns() - 1) + "\x1b[K").c_str(), stderr);
  std::fflush(stderr);
  visible_ = true;
}

void RunDisplay::clear() {
  if (!visible_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  visible_ = false;
}

void RunDisplay::on_step(const TrainingStep& step) {
  part_.clear();
  auto text = fmt::format("{}/{}  loss {:.4f}", step.iteration, step.iterations, step.loss);
  if (step.seconds_per_iteration > 0) {
    const auto left = static_cast<double>(step.iterations - step.iteration) * step.seconds_per_iteration;
    text += fmt::format("  {} an iteration, {} left", duration(step.seconds_per_iteration), duration(left));
  }
  show(static_cast<std::size_t>(step.iteration), static_cast<std::size_t>(step.iterations), text);
}

void RunDisplay::on_evaluation(const std::string& part, std::size_t done, std::size_t all) {
  if (part != part_) {
    // A resumed evaluation starts behind the first image.
    part_ = part;
    part_first_ = done;
    part_start_ = Clock::now();
  }
  auto text = fmt::format("{}: {}/{} images", part, done, all);
  const double seconds = std::chrono::duration<double>(Clock::now() - part_start_).count();
  if (done > part_first_ && done < all) {
    const double each = seconds / static_cast<double>(done - part_first_);
    text += fmt::format(", {} left", duration(static_cast<double>(all - done) * each));
  }
  show(done, all, text);
}

void RunDisplay::on_note(const std::string& note) {
  if (quiet_) return;
  clear();
  print_note(note);
}

void RunDisplay::expect_interrupts() {
  if (!expecting_) stop_between_steps(words_);
  expecting_ = true;
}

bool RunDisplay::stop_requested() {
  expect_interrupts();
  return interrupt_signal() != 0;
}

StopWords words_of_run(const std::string& command, const std::filesystem::path& folder) {
  const auto ended = [command, folder] {
    std::error_code ignored;
    if (std::filesystem::exists(folder / "checkpoint.safetensors", ignored)) {
      return fmt::format("the last checkpoint is kept; relprompt {} --resume {} goes on", command,
                         printable(folder.string()));
    }
    return std::string("there was no checkpoint yet");
  };
  return {"stopping after this iteration and its checkpoint", ended};
}

int conclude(RunDisplay& display, const RunOutcome& outcome, const RunSwitches& switches) {
  const bool quiet = switches.quiet, json = switches.json;
  display.clear();
  if (!quiet && !outcome.classes.empty()) print_note(class_table(outcome.classes));
  if (!outcome.summary.empty()) print_note(outcome.summary);
  if (!quiet && !outcome.model.empty() && outcome.changed) {
    print_note(fmt::format("now: relprompt segment IMAGE --model {} --classes \"...\" -o out",
                           outcome.model.string()));
  }
  if (json && !outcome.json.empty()) print_result(outcome.json + "\n");
  if (outcome.finished) return 0;
  const int signal = interrupt_signal();
  return 128 + (signal != 0 ? signal : SIGTERM);
}

}  // namespace relprompt::cli

// What a person sees of a long run: a bar with loss and time left on a terminal, now and then a line
// elsewhere.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "relprompt/training.h"

#include "interrupt.h"
#include "options_run.h"

namespace relprompt::cli {

/// Listens to one run and passes Ctrl-C on to it.
class RunDisplay : public RunListener {
 public:
  /// `words`: what an interrupt is answered with, from the moment on that the run asks for it
  /// (stop_requested) or from expect_interrupts() on.
  RunDisplay(bool quiet, StopWords words);
  ~RunDisplay() override { clear(); }

  void on_step(const TrainingStep& step) override;
  void on_evaluation(const std::string& part, std::size_t done, std::size_t all) override;
  void on_note(const std::string& note) override;
  bool stop_requested() override;

  /// For a run that writes a checkpoint even if it is interrupted before its first step.
  void expect_interrupts();

  /// Wipes the bar, so that other text can be written.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  /// Draws the text behind a bar that is filled to done / all, or prints it if it is time for a line.
  void show(std::size_t done, std::size_t all, const std::string& text);

  bool quiet_, bar_;
  StopWords words_;
  bool expecting_ = false;
  bool visible_ = false;
  Clock::time_point last_ = Clock::now();
  std::string part_;  ///< being evaluated
  std::size_t part_first_ = 0;
  Clock::time_point part_start_ = last_;
};

/// What a second interrupt of `relprompt train` or `pretrain` leaves in the run's folder.
StopWords words_of_run(const std::string& command, const std::filesystem::path& folder);

/// Prints how a run ended (the scores of its classes and what to do next unless quiet, its JSON with --json)
/// and gives the exit status: 0, or 128 and the signal that interrupted it.
int conclude(RunDisplay& display, const RunOutcome& outcome, const RunSwitches& switches);

}  // namespace relprompt::cli

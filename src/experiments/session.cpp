#include "experiments/session.h"

#include <chrono>
#include <iterator>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "experiments/row_run.h"
#include "experiments/scene_sets.h"
#include "experiments/work_folder.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string left_text(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  return fmt::format("{:.0f} min", seconds / 60);
}

}  // namespace

Session::Session(Plan& plan, const std::vector<std::size_t>& tables, fs::path work, const KnownResults& known,
                 int threads, RunListener& listener)
    : plan_(plan),
      work_(std::move(work)),
      known_(known),
      listener_(listener),
      quiet_(listener),
      threads_(threads) {
  for (const auto table : tables) {
    for (const auto& row : plan.tables[table]) wanted_.insert(row.runs.begin(), row.runs.end());
  }
  results_.resize(plan.runs.size());
}

std::string Session::progress() const {
  return fmt::format("{} of {} runs are finished", done_, wanted_.size());
}

std::optional<RunResult> Session::finished(const PlannedRun& run) const {
  return plan_.clip(run).ready() ? finished_result(plan_, run, work_, known_) : std::nullopt;
}

Session::Step Session::prepare_scenes(const WorldSpec& world) {
  for (const auto& set : {world.training_set(), world.test_set()}) {
    const WorkLock lock(work_, folder_of(set, work_).filename().string());
    if (!lock.held()) return Step::kElsewhere;
    if (!prepare(set, work_, threads_, quiet_)) return Step::kStopped;
  }
  return Step::kDone;
}

Session::Step Session::prepare_regime(std::size_t regime, std::size_t number) {
  const auto& circumstances = plan_.suite.regimes[regime];
  if (circumstances.data.empty()) {
    if (const auto step = prepare_scenes(circumstances.world); step != Step::kDone) return step;
  }
  auto& clip = plan_.clips[regime][number];
  if (clip.ready()) return Step::kDone;
  const WorkLock lock(work_, "clip-" + clip.folder().filename().string());
  if (!lock.held()) return Step::kElsewhere;
  if (clip.ready()) return Step::kDone;  // made by another process just now
  listener_.on_note(fmt::format("regime '{}': a CLIP of its own: {}", circumstances.key, clip.origin()));
  return clip.prepare(threads_, quiet_) ? Step::kDone : Step::kStopped;
}

std::string Session::time_left() const {
  if (made_ == 0) return "";
  const auto each = seconds_ / static_cast<double>(made_);
  return fmt::format(", about {} left", left_text(each * static_cast<double>(wanted_.size() - done_)));
}

Session::Step Session::make(std::size_t number) {
  const auto& run = plan_.runs[number];
  if (const auto step = prepare_regime(run.regime, run.clip); step != Step::kDone) return step;
  const WorkLock lock(work_, "run-" + folder_of_run(plan_.fingerprint(run), work_).filename().string());
  if (!lock.held()) return Step::kElsewhere;
  // Several regimes may have come to the same CLIP, or another process has made it: a result can be there
  // now.
  if ((results_[number] = finished(run))) {
    ++done_;
    return Step::kDone;
  }
  listener_.on_note(fmt::format("run {} of {}{}: {}", done_ + 1, wanted_.size(), time_left(), run.label));
  const auto start = Clock::now();
  results_[number] = execute(plan_, run, work_, threads_, quiet_);
  if (!results_[number]) return Step::kStopped;
  seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
  ++made_, ++done_;
  if (!results_[number]->failure.empty()) listener_.on_note("  diverged: " + results_[number]->failure);
  return Step::kDone;
}

/// A moment for other processes to go on; false if asked to stop.
bool Session::wait(std::size_t left) {
  if (!waiting_)
    listener_.on_note(fmt::format("waiting for other processes, which are at {} of the runs", left));
  waiting_ = true;
  constexpr int kMoments = 10;
  for (int i = 0; i < kMoments; ++i) {
    if (listener_.stop_requested()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

bool Session::go() {
  for (std::size_t i = 0; i < results_.size(); ++i) {
    results_[i] = finished(plan_.runs[i]);
    if (results_[i] && wanted_.count(i) > 0) ++done_;
  }
  for (auto left = wanted_; !left.empty();) {
    bool any = false;
    for (auto next = left.begin(); next != left.end();) {
      if (listener_.stop_requested()) return false;
      const auto step = results_[*next] ? Step::kDone : make(*next);
      if (step == Step::kStopped) return false;
      any = any || step == Step::kDone;
      next = step == Step::kDone ? left.erase(next) : std::next(next);
    }
    if (!any && !wait(left.size())) return false;
  }
  return true;
}

}  // namespace relprompt::experiments

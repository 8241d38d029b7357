#include "experiments/experiments.h"

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/json_output.h"
#include "base/nearest_name.h"
#include "base/paths.h"
#include "experiments/dry_run.h"
#include "experiments/rate_choice.h"
#include "experiments/report.h"
#include "experiments/row_run.h"
#include "experiments/scene_sets.h"
#include "experiments/work_folder.h"
#include "model/model_place.h"
#include "network/device.h"
#include "train/run_folder.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Results = std::vector<std::optional<RunResult>>;

/// Steps and stops go through, notes of single runs do not: there are dozens of runs.
class RunsListener : public RunListener {
 public:
  explicit RunsListener(RunListener& outer) : outer_(outer) {}
  void on_step(const TrainingStep& step) override { outer_.on_step(step); }
  void on_evaluation(const std::string& part, std::size_t done, std::size_t all) override {
    outer_.on_evaluation(part, done, all);
  }
  bool stop_requested() override { return outer_.stop_requested(); }

 private:
  RunListener& outer_;
};

std::vector<std::size_t> wanted_tables(const Suite& suite, const std::vector<std::string>& only) {
  std::vector<std::size_t> tables;
  std::vector<std::string> keys;
  for (const auto& table : suite.tables) keys.push_back(table.key);
  for (std::size_t i = 0; only.empty() && i < keys.size(); ++i) tables.push_back(i);
  for (const auto& key : only) {
    const auto found = std::find(keys.begin(), keys.end(), key);
    if (found == keys.end()) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("no table '{}' in {}{}{}", key, suite.source,
                              suite.quick ? " with --quick" : "", suggestion(key, keys)),
                  fmt::format("its tables are {}", fmt::join(keys, ", ")));
    }
    tables.push_back(static_cast<std::size_t>(found - keys.begin()));
  }
  return tables;
}

void replace_clip(Suite& suite, const fs::path& clip) {
  if (clip.empty()) return;
  for (auto& regime : suite.regimes) {
    if (regime.own_clip) continue;
    regime.clip = ClipSpec();
    regime.clips = 1;
    regime.clip.folder = absolute_path(model::local_place(clip)).lexically_normal();
  }
}

std::string left_text(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  return fmt::format("{:.0f} min", seconds / 60);
}

class Session {
 public:
  Session(Plan& plan, const std::vector<std::size_t>& tables, const fs::path& work, int threads,
          RunListener& listener)
      : plan_(plan), work_(work), listener_(listener), quiet_(listener), threads_(threads) {
    for (const auto table : tables) {
      for (const auto& row : plan.tables[table]) wanted_.insert(row.runs.begin(), row.runs.end());
    }
    results_.resize(plan.runs.size());
  }

  /// False if asked to stop.
  bool go();
  const Results& results() const { return results_; }
  std::size_t made() const { return made_; }
  /// `chosen`: runs made before to choose learning rates.
  RunOutcome conclude(const fs::path& output, std::size_t chosen);
  std::string progress() const { return fmt::format("{} of {} runs are finished", done_, wanted_.size()); }

 private:
  std::optional<RunResult> finished(const PlannedRun& run) const {
    return plan_.clip(run).ready() ? finished_result(plan_, run, work_) : std::nullopt;
  }
  bool prepare_regime(std::size_t regime, std::size_t clip);
  bool make(std::size_t number);
  std::string time_left() const;

  Plan& plan_;
  fs::path work_;
  RunListener& listener_;
  RunsListener quiet_;
  int threads_;
  std::set<std::size_t> wanted_;
  Results results_;
  std::size_t done_ = 0, made_ = 0;
  double seconds_ = 0;  ///< that the runs made here took
};

bool Session::prepare_regime(std::size_t regime, std::size_t number) {
  const auto& circumstances = plan_.suite.regimes[regime];
  if (circumstances.data.empty()) {
    const auto& world = circumstances.world;
    if (!prepare(world.training_set(), work_, threads_, quiet_)) return false;
    if (!prepare(world.test_set(), work_, threads_, quiet_)) return false;
  }
  auto& clip = plan_.clips[regime][number];
  if (clip.ready()) return true;
  listener_.on_note(fmt::format("regime '{}': a CLIP of its own: {}", circumstances.key, clip.origin()));
  return clip.prepare(threads_, quiet_);
}

std::string Session::time_left() const {
  if (made_ == 0) return "";
  const auto each = seconds_ / static_cast<double>(made_);
  return fmt::format(", about {} left", left_text(each * static_cast<double>(wanted_.size() - done_)));
}

bool Session::make(std::size_t number) {
  const auto& run = plan_.runs[number];
  if (!prepare_regime(run.regime, run.clip)) return false;
  // Several regimes may have come to the same CLIP, so a result can be there now.
  if ((results_[number] = finished(run))) {
    ++done_;
    return true;
  }
  listener_.on_note(fmt::format("run {} of {}{}: {}", done_ + 1, wanted_.size(), time_left(), run.label));
  const auto start = Clock::now();
  results_[number] = execute(plan_, run, work_, threads_, quiet_);
  if (!results_[number]) return false;
  seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
  ++made_, ++done_;
  if (!results_[number]->failure.empty()) listener_.on_note("  diverged: " + results_[number]->failure);
  return true;
}

bool Session::go() {
  for (std::size_t i = 0; i < results_.size(); ++i) {
    results_[i] = finished(plan_.runs[i]);
    if (results_[i] && wanted_.count(i) > 0) ++done_;
  }
  for (const auto number : wanted_) {
    if (listener_.stop_requested()) return false;
    if (!results_[number] && !make(number)) return false;
  }
  return true;
}

RunOutcome Session::conclude(const fs::path& output, std::size_t chosen) {
  const auto tables = summarise(plan_, results_);
  write_charts(plan_, tables, output);
  const bool sheet = write_sheet(plan_, results_, work_, output);
  write_file(output / kMarkdownFile, report_markdown(plan_, tables, sheet));
  const auto json = report_json(plan_, tables);
  write_file(output / kReportFile, json_text(json, 2) + "\n");
  RunOutcome outcome;
  outcome.finished = true;
  outcome.changed = made_ + chosen > 0;
  outcome.summary =
      fmt::format("{}, {} of them now: {}", progress(), made_, (output / kMarkdownFile).string());
  nlohmann::ordered_json summary = {
      {"output", output.string()}, {"runs", wanted_.size()}, {"made", made_}, {"tables", json["tables"]}};
  outcome.json = json_text(summary);
  return outcome;
}

RunOutcome interrupted(const Session& session) {
  RunOutcome outcome;
  outcome.summary = fmt::format("interrupted: {}; the same command goes on", session.progress());
  return outcome;
}

/// What conclude() writes.
std::vector<fs::path> files_in(const fs::path& output, const Suite& suite) {
  std::vector<fs::path> files = {output / kMarkdownFile, output / kReportFile};
  for (const auto& table : suite.tables) files.push_back(chart_file(output, table));
  if (suite.sheet) files.push_back(output / kSheetFile);
  return files;
}

}  // namespace

RunOutcome run(const ExperimentSettings& settings, RunListener& listener) {
  auto suite = read_suite(settings.config, settings.quick);
  wanted_tables(suite, settings.only);  // a misspelt one is found before a CLIP is read
  attach_data(suite, settings.data);
  replace_clip(suite, settings.clip);
  const auto output =
      settings.output.empty() ? fs::path() : absolute_path(settings.output).lexically_normal();
  const auto work = settings.work.empty() ? (output.empty() ? output : output / "work")
                                          : absolute_path(settings.work).lexically_normal();
  if (settings.dry_run) return dry_run(suite, wanted_tables(suite, settings.only), work, settings.pace);
  assume_rates(suite);
  auto plan = make_plan(suite, work);  // every row is checked before the first run
  claim(output, work, plan.suite, files_in(output, plan.suite), settings.replace);
  const train::RunLock lock(train::RunFolder(work, "experiments"));
  const int threads = network::set_threads(settings.threads.value_or(0));
  std::size_t choosing = 0;
  if (auto rates = rate_suite(suite); !rates.tables.empty()) {
    listener.on_note("learning rates are chosen on the validation part first");
    auto choice = make_plan(std::move(rates), work);
    Session session(choice, {0}, work, threads, listener);
    if (!session.go()) return interrupted(session);
    choosing = session.made();
    choose_rates(suite, choice, session.results());
    plan = make_plan(suite, work);
  }
  Session session(plan, wanted_tables(plan.suite, settings.only), work, threads, listener);
  return session.go() ? session.conclude(output, choosing) : interrupted(session);
}

}  // namespace relprompt::experiments

#include "experiments/experiments.h"

#include <algorithm>

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
#include "experiments/session.h"
#include "experiments/work_folder.h"
#include "model/model_place.h"
#include "network/device.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

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

/// Writes tables and images. `chosen`: runs made before to choose learning rates.
RunOutcome conclude(const Session& session, const Plan& plan, const fs::path& work, const fs::path& output,
                    std::size_t chosen) {
  const auto tables = summarise(plan, session.results());
  write_charts(plan, tables, output);
  const bool sheet = write_sheet(plan, session.results(), work, output);
  write_file(output / kMarkdownFile, report_markdown(plan, tables, sheet));
  const auto json = report_json(plan, tables);
  write_file(output / kReportFile, json_text(json, 2) + "\n");
  RunOutcome outcome;
  outcome.finished = true;
  outcome.changed = session.made() + chosen > 0;
  outcome.summary = fmt::format("{}, {} of them now: {}", session.progress(), session.made(),
                                (output / kMarkdownFile).string());
  nlohmann::ordered_json summary = {{"output", output.string()},
                                    {"runs", session.wanted()},
                                    {"made", session.made()},
                                    {"tables", json["tables"]}};
  outcome.json = json_text(summary);
  return outcome;
}

RunOutcome interrupted(const Session& session) {
  RunOutcome outcome;
  outcome.summary = fmt::format("interrupted: {}; the same command goes on", session.progress());
  return outcome;
}

/// Keeps results beside the tables, where they outlive the work folder.
void keep(const Session& session, const fs::path& output, KnownResults& known) {
  for (const auto& result : session.results())
    if (result) known[result->fingerprint] = *result;
  if (!known.empty()) write_file(output / kResultsFile, results_text(known));
}

KnownResults known_results(const std::vector<fs::path>& files, const fs::path& output) {
  KnownResults known;
  if (!output.empty()) known = read_results(output / kResultsFile);
  for (const auto& file : files) {
    if (!path_exists(file)) {
      throw Error(ErrorCode::kNotFound, fmt::format("there is no file of results {}", file.string()),
                  "--results names the runs.jsonl of another output folder");
    }
    known.merge(read_results(file));
  }
  return known;
}

/// What conclude() writes.
std::vector<fs::path> files_in(const fs::path& output, const Suite& suite) {
  std::vector<fs::path> files = {output / kMarkdownFile, output / kReportFile, output / kResultsFile};
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
  auto known = known_results(settings.results, output);
  if (settings.dry_run)
    return dry_run(suite, wanted_tables(suite, settings.only), work, known, settings.pace);
  assume_rates(suite);
  auto plan = make_plan(suite, work);  // every row is checked before the first run
  claim(output, work, plan.suite, files_in(output, plan.suite), settings.replace);
  const int threads = network::set_threads(settings.threads.value_or(0));
  std::size_t choosing = 0;
  if (auto rates = rate_suite(suite); !rates.tables.empty()) {
    listener.on_note("learning rates are chosen on the validation part first");
    auto choice = make_plan(std::move(rates), work);
    Session session(choice, {0}, work, known, threads, listener);
    const bool all = session.go();
    keep(session, output, known);
    if (!all) return interrupted(session);
    choosing = session.made();
    choose_rates(suite, choice, session.results());
    plan = make_plan(suite, work);
  }
  Session session(plan, wanted_tables(plan.suite, settings.only), work, known, threads, listener);
  const bool all = session.go();
  keep(session, output, known);
  return all ? conclude(session, plan, work, output, choosing) : interrupted(session);
}

}  // namespace relprompt::experiments

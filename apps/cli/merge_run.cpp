#include "merge_run.h"

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "base/own_files.h"
#include "base/paths.h"
#include "json_report.h"
#include "merged_report.h"
#include "numbers.h"
#include "run_outputs.h"
#include "shards/class_list_json.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

/// What the shards saved, of which only formats with files about all images matter here.
OutputPlan plan_of(const shards::ShardSet& set) {
  OutputPlan plan;
  const auto& path = set.journals.front().path;
  const auto save = set.facts().find("save");
  if (save == set.facts().end() || !save->is_array())
    throw Error(ErrorCode::kUnreadable, fmt::format("{}: expected a list under \"save\"", path.string()));
  for (const auto& name : *save)
    plan.formats.push_back(output_format(name.is_string() ? name.get<std::string>() : "").name);
  return plan;
}

/// run.json may not stand where the report on an image called "run" does.
void check_report(const shards::ShardSet& set, const OutputPlan& plan, const fs::path& path) {
  if (is_unlisted(path)) refuse_foreign(path);
  const auto place = [](const fs::path& file) { return absolute_path(file).lexically_normal(); };
  for (std::size_t i = 0; plan.has("json") && i < set.journals.size(); ++i) {
    if (set.journals[i].find("run") == nullptr || place(set.folders[i] / kMergedReport) != place(path))
      continue;
    throw Error(ErrorCode::kBadArgument, fmt::format("{} is the report on the image run", path.string()),
                "choose another output folder, or give the image another id");
  }
}

/// Where what was kept of an image lies, without the ending of its format.
fs::path part_of(const shards::ShardSet& set, const shards::ShardSet::Place& place) {
  return set.folders[place.shard] / kPartsFolder / set.image(place).id;
}

void check_part(const shards::ShardSet& set, const shards::ShardSet::Place& place, const fs::path& path) {
  if (standing_of(path) == Standing::kOwn) return;
  throw Error(ErrorCode::kUnreadable,
              fmt::format("{}: expected what {} kept of the image {}, found {}", path.string(),
                          shards::name_of(set.journal(place).shard), set.image(place).id,
                          standing_of(path) == Standing::kFree ? "no file" : "a file that was changed since"),
              "run the shard again with the same command and --resume");
}

void tell(const shards::ShardSet& set, const MergedRun& run, const MergeSettings& settings,
          const std::vector<std::pair<std::string, fs::path>>& files) {
  if (settings.json) {
    Json document = {{"shards", set.journals.size()}, {"report", (settings.output / kMergedReport).string()}};
    for (const auto& [format, path] : files) document["files"][format].push_back(path.string());
    document["totals"] = totals_of(set, run);
    print_result(to_text(document));
  } else if (!settings.quiet) {
    std::string text =
        fmt::format("{} of {} in {}: {}", counted(run.done, of_tars(set) ? "tar" : "image"),
                    counted(set.journals.size(), "shard"), settings.output.string(), kMergedReport);
    for (const auto& [format, path] : files) text += ", " + path.filename().string();
    print_note(text);
  }
}

}  // namespace

int merge_run(const shards::ShardSet& set, const MergeSettings& settings) {
  const OutputPlan plan = plan_of(set);
  const ClassList classes = shards::class_list_of(set.facts()["classes"], set.journals.front().path.string());
  check_report(set, plan, settings.output / kMergedReport);
  RunOutputs outputs(plan, settings.output);
  outputs.check_names({});
  outputs.check();
  for (const auto& place : set.order) {
    if (!set.image(place).done) continue;
    const fs::path part = part_of(set, place);
    for (const std::string& format : plan.formats) {
      if (output_format(format).run_parts) check_part(set, place, fs::path(part) += "." + format);
    }
    outputs.add(part);
  }
  outputs.begin();
  outputs.finish(classes);
  const MergedRun run = write_merged_report(set, settings.output, outputs.written());
  tell(set, run, settings, outputs.written());
  if (run.failures.empty()) return 0;
  const std::string what = of_tars(set) ? counted(run.failures.size(), "failure")
                                        : counted(run.failures.size(), "image") + " failed";
  std::string text = fmt::format("{} in {}", what, run.failures.size() == 1 ? "its shard" : "their shards");
  for (const Failure& failure : run.failures) text += "\n  " + failure.message;
  print_error(text);
  return exit_status(ErrorCode::kNotFound);
}

}  // namespace relprompt::cli

#include "merged_report.h"

#include "base/atomic_file.h"
#include "base/json_output.h"
#include "error_names.h"
#include "failures.h"
#include "numbers.h"

namespace relprompt::cli {
namespace {

/// An object's members as lines, without its braces.
std::string members_of(const Json& object) {
  const std::string text = json_text(object, 2);
  return text.size() < 4 ? "" : text.substr(2, text.size() - 4);  // "{\n" and "\n}"
}

/// What a run says of an image, of the line in the journal.
Json entry_of(const Json& line) {
  Json entry = Json::object();
  for (const auto& [key, value] : line.items())
    if (key != "at" && key != "sha256" && key != "code" && key != "message") entry[key] = value;
  return entry;
}

std::uint64_t number_at(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

/// Counts the samples of a tar, of which those listed in its line failed, and others that are only counted.
void add_samples(const Json& line, MergedRun& run) {
  run.samples += number_at(line, "samples");
  const std::uint64_t failed = number_at(line, "failed_samples");
  run.failed_samples += failed;
  const std::string input = shards::bytes_at(line, "input");
  const auto failures = line.find("failures");
  std::uint64_t listed = 0;
  ErrorCode code = ErrorCode::kNotAnImage;
  for (const Json& failure : failures != line.end() && failures->is_array() ? *failures : Json::array()) {
    if (!failure.is_object()) continue;
    code = code_called(shards::bytes_at(failure, "code"));
    run.failures.push_back({input, code, shards::bytes_at(failure, "message")});
    ++listed;
  }
  if (failed <= listed) return;
  run.failures.push_back({input, code, input + ": " + counted(failed - listed, "more sample") + " failed"});
}

}  // namespace

bool of_tars(const shards::ShardSet& set) {
  return set.facts().contains("tars");
}

MergedRun write_merged_report(const shards::ShardSet& set, const std::filesystem::path& folder,
                              const std::vector<std::pair<std::string, std::filesystem::path>>& files) {
  MergedRun run;
  AtomicFile file(folder / kMergedReport);
  file.write("{\n" + members_of(set.journals.front().run) + ",\n  \"shards\": " +
             std::to_string(set.journals.size()) + ",\n  \"" + (of_tars(set) ? "tars" : "images") + "\": [");
  const char* separator = "\n    ";
  for (const auto& place : set.order) {
    const Json line = shards::line_of(set.journal(place), set.image(place));
    file.write(separator + json_text(entry_of(line)));
    separator = ",\n    ";
    if (set.image(place).done) {
      ++run.done;
      add_samples(line, run);
    } else {
      run.failures.push_back({shards::bytes_at(line, "input"), code_called(shards::bytes_at(line, "code")),
                              shards::bytes_at(line, "message")});
    }
  }
  Json end = Json::object();
  for (const auto& [format, path] : files) end["files"][format].push_back(path.string());
  end["errors"] = errors_of(run.failures);
  end["totals"] = totals_of(set, run);
  file.write("\n  ],\n" + members_of(end) + "\n}\n");
  file.commit();
  return run;
}

Json totals_of(const shards::ShardSet& set, const MergedRun& run) {
  const std::uint64_t failed = set.order.size() - run.done;
  Json totals = {{"done", run.done}, {"skipped", 0}, {"failed", failed}};
  if (of_tars(set)) {
    totals["samples"] = run.samples;
    totals["failed_samples"] = run.failed_samples;
  }
  totals["complete"] = true;
  return totals;
}

}  // namespace relprompt::cli

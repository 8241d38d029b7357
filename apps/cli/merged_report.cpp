#include "merged_report.h"

#include "base/atomic_file.h"
#include "base/json_output.h"

namespace relprompt::cli {
namespace {

/// The code of that name; kInternal for none.
ErrorCode code_called(const std::string& name) {
  int code = 0;
  while (code < static_cast<int>(ErrorCode::kInternal) && name != name_of(static_cast<ErrorCode>(code)))
    ++code;
  return static_cast<ErrorCode>(code);
}

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

Json errors_of(const MergedRun& run) {
  Json errors = Json::array();
  for (const Failure& failure : run.failures) {
    errors.push_back(
        {{"input", failure.input}, {"code", name_of(failure.code)}, {"message", failure.message}});
  }
  return errors;
}

}  // namespace

MergedRun write_merged_report(const shards::ShardSet& set, const std::filesystem::path& folder,
                              const std::vector<std::pair<std::string, std::filesystem::path>>& files) {
  MergedRun run;
  AtomicFile file(folder / kMergedReport);
  file.write("{\n" + members_of(set.journals.front().run) +
             ",\n  \"shards\": " + std::to_string(set.journals.size()) + ",\n  \"images\": [");
  const char* separator = "\n    ";
  for (const auto& place : set.order) {
    const Json line = shards::line_of(set.journal(place), set.image(place));
    file.write(separator + json_text(entry_of(line)));
    separator = ",\n    ";
    if (set.image(place).done) {
      ++run.done;
    } else {
      run.failures.push_back({shards::bytes_at(line, "input"), code_called(shards::bytes_at(line, "code")),
                              shards::bytes_at(line, "message")});
    }
  }
  Json end = Json::object();
  for (const auto& [format, path] : files) end["files"][format].push_back(path.string());
  end["errors"] = errors_of(run);
  end["totals"] = totals_of(run);
  file.write("\n  ],\n" + members_of(end) + "\n}\n");
  file.commit();
  return run;
}

Json totals_of(const MergedRun& run) {
  return {{"done", run.done}, {"skipped", 0}, {"failed", run.failures.size()}, {"complete", true}};
}

}  // namespace relprompt::cli

#include "tar_record.h"

#include "base/file_journal.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/own_files.h"
#include "json_report.h"
#include "tar/tar_input.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

FileJournal journal_of(const fs::path& output) {
  return FileJournal(output.has_parent_path() ? output.parent_path() : ".");
}

std::optional<TarRecord> read_tar_record(const fs::path& output) {
  const auto note = journal_of(output).note(output.filename().string());
  if (!note) return std::nullopt;
  const auto json = try_read_json(*note);
  if (!json.is_object()) return std::nullopt;
  try {
    TarRecord record;
    record.made_by = json.at("made_by").get<std::string>();
    record.sha256 = json.at("sha256").get<std::string>();
    record.samples = json.at("samples").get<std::uint64_t>();
    record.failed = json.at("failed").get<std::uint64_t>();
    const auto& input = json.at("input");
    record.input.bytes = input.at("bytes").get<std::uint64_t>();
    record.input.modified = input.at("modified").get<std::int64_t>();
    record.input.changed = input.at("changed").get<std::int64_t>();
    record.input.sha256 = input.at("sha256").get<std::string>();
    return record;
  } catch (const nlohmann::json::exception&) {  // of another version
    return std::nullopt;
  }
}

/// SHA-256 of a file of any size; empty if it cannot be read.
std::string hash_of_file(const fs::path& path) {
  try {
    return tar::TarInput(path).finish();
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

std::string tar_settings(const std::string& settings, const OutputPlan& plan,
                         const std::string& image_member) {
  const auto& options = plan.options;
  return json_text(Json{{"settings", settings},
                        {"save", plan.formats},
                        {"simplify", options.simplify},
                        {"min_polygon", options.min_polygon},
                        {"opacity", options.overlay.alpha},
                        {"region_names", options.overlay.region_names},
                        {"image_member", image_member}});
}

std::optional<TarRecord> finished_tar(const fs::path& output, const fs::path& input,
                                      const std::string& made_by) {
  auto record = read_tar_record(output);
  if (!record || record->made_by != made_by) return std::nullopt;
  const auto now = look_at(input);
  if (!now || now->bytes != record->input.bytes) return std::nullopt;
  const bool same = now->same_times(record->input);
  if (is_unlisted(output) || hash_of_file(output) != record->sha256) return std::nullopt;
  if (same) return record;
  if (hash_of_file(input) != record->input.sha256) return std::nullopt;
  record->input.modified = now->modified;
  record->input.changed = now->changed;
  write_tar_record(output, *record);  // the next run need not read the input
  return record;
}

void write_tar_record(const fs::path& output, const TarRecord& record) {
  const ImageInput& input = record.input;
  const Json note = {{"made_by", record.made_by},
                     {"input",
                      {{"bytes", input.bytes},
                       {"modified", input.modified},
                       {"changed", input.changed},
                       {"sha256", input.sha256}}},
                     {"sha256", record.sha256},
                     {"samples", record.samples},
                     {"failed", record.failed}};
  journal_of(output).add_note(output.filename().string(), json_text(note));
}

}  // namespace relprompt::cli

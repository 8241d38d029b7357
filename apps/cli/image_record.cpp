#include "image_record.h"

#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file_journal.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

FileJournal journal_of(const fs::path& stem) {
  return FileJournal(stem.has_parent_path() ? stem.parent_path() : ".");
}

}  // namespace

std::optional<ImageRecord> read_record(const fs::path& stem) {
  const auto note = journal_of(stem).note(stem.filename().string());
  if (!note) return std::nullopt;
  ImageRecord record;
  std::istringstream words(*note);
  std::string kinds;
  words >> record.settings >> record.input.sha256 >> record.input.bytes >> record.input.modified >>
      record.input.changed >> kinds;
  if (!words) return std::nullopt;  // dropped, or of another version
  for (const auto& kind : split_list(kinds)) record.kinds.insert(kind);
  return record;
}

void write_record(const fs::path& stem, const ImageRecord& record) {
  const auto& input = record.input;
  journal_of(stem).add_note(stem.filename().string(),
                            fmt::format("{} {} {} {} {} {}", record.settings, input.sha256, input.bytes,
                                        input.modified, input.changed, fmt::join(record.kinds, ",")));
}

void drop_record(const fs::path& stem) {
  if (read_record(stem)) journal_of(stem).add_note(stem.filename().string(), "unfinished");
}

}  // namespace relprompt::cli

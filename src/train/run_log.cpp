#include "train/run_log.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/file_bytes.h"
#include "base/file_journal.h"
#include "base/json_output.h"
#include "base/own_files.h"
#include "base/place.h"
#include "base/printable.h"
#include "train/event_file.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

/// The file's first bytes, at most so many.
std::string beginning(const fs::path& path, std::uint64_t most) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(0, std::ios::end);
  const auto size = file ? static_cast<std::uint64_t>(file.tellg()) : 0;
  std::string text(static_cast<std::size_t>(std::min(most, size)), '\0');
  file.seekg(0);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(file ? text.size() : 0);
  return text;
}

/// A log that somebody has written into keeps a name beside the one that goes on: log.txt.kept, .kept-2, ...
fs::path keep(const fs::path& path) {
  constexpr int kMost = 1000;
  for (int number = 1; number <= kMost; ++number) {
    fs::path kept = path;
    kept += number == 1 ? ".kept" : fmt::format(".kept-{}", number);
    if (rename_if_free(path, kept) == 0) return kept;
  }
  refuse_foreign(path);
}

/// Throws unless a file of that name may be kept or replaced.
Standing regular_or_free(const fs::path& path) {
  std::error_code problem;
  const auto standing = standing_of(path);
  if (standing == Standing::kForeign && fs::symlink_status(path, problem).type() != fs::file_type::regular)
    refuse_foreign(path);
  return standing;
}

}  // namespace

RunLog::RunLog(const fs::path& folder, std::uint64_t json_bytes, std::uint64_t text_bytes)
    : folder_(folder),
      json_{"log.jsonl", json_bytes, {}, {}},
      text_{"log.txt", text_bytes, {}, {}},
      events_{kEventFile, 0, {}, {}} {
  const auto lines = open(json_);
  open(text_);
  open_events(lines);
}

void RunLog::open_events(const std::string& lines) {
  const auto path = folder_ / events_.name;
  if (regular_or_free(path) == Standing::kForeign) {
    notes_.push_back(fmt::format("{} was changed by somebody; it is kept as {}", path.string(),
                                 keep(path).filename().string()));
  }
  const auto bytes = event_file_of(lines);
  write_file(path, bytes);
  events_.bytes = bytes.size();
  events_.digest.update(bytes);
  events_.file.open(path, std::ios::binary | std::ios::app);
  if (!events_.file) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  }
}

std::string RunLog::open(Part& part) {
  const auto path = folder_ / part.name;
  std::error_code problem;
  const auto standing = regular_or_free(path);
  auto text = beginning(path, part.bytes);
  part.bytes = text.size();
  part.digest.update(text);
  if (standing == Standing::kForeign) {
    notes_.push_back(fmt::format("{} was changed by somebody; it is kept as {}", path.string(),
                                 keep(path).filename().string()));
    write_file(path, text);
  }
  FileJournal(folder_).add(part.name, part.digest.hex_so_far());
  if (standing == Standing::kOwn) fs::resize_file(path, part.bytes, problem);
  part.file.open(path, std::ios::binary | std::ios::app);
  if (problem || !part.file) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  }
  return text;
}

void RunLog::append(Part& part, const std::string& line) {
  part.digest.update(line);
  FileJournal(folder_).add(part.name, part.digest.hex_so_far());
  part.file << line << std::flush;
  part.bytes += line.size();
}

void RunLog::add(const nlohmann::ordered_json& event, const std::string& sentence) {
  const auto now = fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  auto stamped = event;
  stamped["time"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", now);
  const auto line_of_text =
      fmt::format("{:%Y-%m-%d %H:%M:%S}  {}", now, printable(sentence, true));  // read on terminals
  const nlohmann::json sorted = stamped;  // as it will be read from log.jsonl
  std::string record =
      events_.bytes == 0 ? event_file_start(seconds_of(sorted["time"].get<std::string>())) : "";
  record += event_record(sorted);
  errno = 0;
  append(json_, json_text(stamped) + "\n");
  append(text_, line_of_text + "\n");
  if (!record.empty()) append(events_, record);
  if (!json_.file || !text_.file || !events_.file) {
    throw Error(error_of_writing(errno),
                fmt::format("cannot write the logs in {}: {}", folder_.string(), std::strerror(errno)),
                "make room, then --resume goes on from the last checkpoint");
  }
}

}  // namespace relprompt::train

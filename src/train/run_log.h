// What happened in a run: for programs (log.jsonl, one JSON object a line), for people (log.txt) and for
// TensorBoard (event_file.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/hash.h"

namespace relprompt::train {

/// Lines are appended and flushed at once, so a killed run loses at most the line it was writing.
class RunLog {
 public:
  /// Continues the logs of a folder after so many bytes of each; what follows, lines of iterations after the
  /// last checkpoint, is cut off and will be written again. 0: begins anew. A log that is not as relprompt
  /// left it is kept under another name. Throws Error(kNotWritable).
  RunLog(const std::filesystem::path& folder, std::uint64_t json_bytes, std::uint64_t text_bytes);

  /// One event in all logs, with the time of day (UTC). Throws Error: kDiskFull, kNotWritable.
  void add(const nlohmann::ordered_json& event, const std::string& sentence);

  std::uint64_t json_bytes() const { return json_.bytes; }
  std::uint64_t text_bytes() const { return text_.bytes; }
  /// What the user should know, one sentence each.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// Every state of a log is on the folder's list (base/file_journal.h) before the log has it.
  struct Part {
    const char* name;
    std::uint64_t bytes;
    Sha256 digest;
    std::ofstream file;
  };

  /// The file's kept beginning, which stands in it then.
  std::string open(Part& part);
  /// The file holds what the kept lines of log.jsonl say, whatever stood in it.
  void open_events(const std::string& lines);
  void append(Part& part, const std::string& line);

  std::filesystem::path folder_;
  Part json_, text_, events_;
  std::vector<std::string> notes_;
};

}  // namespace relprompt::train

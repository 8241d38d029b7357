// What happened in a run, for programs (log.jsonl, one JSON object a line) and for people (log.txt).
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace relprompt::train {

/// Lines are appended and flushed at once, so a killed run loses at most the line it was writing.
class RunLog {
 public:
  /// Continues the logs of a folder after so many bytes of each; what follows, lines of iterations after the
  /// last checkpoint, is cut off and will be written again. 0: begins anew.
  /// Throws Error(kNotWritable).
  RunLog(const std::filesystem::path& folder, std::uint64_t json_bytes, std::uint64_t text_bytes);

  /// One event in both logs. Throws Error: kDiskFull, kNotWritable.
  void add(const nlohmann::ordered_json& event, const std::string& sentence);

  std::uint64_t json_bytes() const { return json_bytes_; }
  std::uint64_t text_bytes() const { return text_bytes_; }

 private:
  std::ofstream open(const std::filesystem::path& path, std::uint64_t& bytes);

  std::filesystem::path folder_;
  std::uint64_t json_bytes_, text_bytes_;
  std::ofstream json_, text_;
};

}  // namespace relprompt::train

// What became of every image of a shard: lines of JSON that are only ever added, so that a process may be
// killed at any moment. docs/reference/formats.md describes them.
//
//   {"format": "relprompt shard 1", "shard": 0, "shards": 3, "resume": true, "facts": {...}, "run": {...}}
//   {"at": 7, "id": "north/0001", "status": "done", ...}
//   {"end": true}
//
// Which files of an image are whole, and what they were made from, is not said here but in the list of
// written files (base/file_journal.h), by which results are skipped and replaced with or without shards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shards/shard.h"

namespace relprompt::shards {

using Json = nlohmann::ordered_json;  // keys in the order in which a reader wants them

/// Folder of the journals in an output folder.
inline constexpr const char* kShardFolder = ".relprompt-shards";
inline constexpr std::string_view kJournalFormat = "relprompt shard 1";
/// Longest line: what was found in an image of 65,535 classes fits.
constexpr std::size_t kMaxJournalLine = std::size_t{32} << 20;

/// "OUTPUT/.relprompt-shards/0-of-3" and an ending.
std::filesystem::path shard_file(const std::filesystem::path& output, const Shard& shard,
                                 const std::string& ending = ".jsonl");

/// All journals in the output folder, by their names, sorted by count and index.
std::vector<Shard> shards_in(const std::filesystem::path& output);

struct JournalImage {
  std::uint64_t at = 0;  ///< place in the list of all shards, from 0
  std::string id;
  bool done = false;         ///< false: it failed
  std::uint64_t offset = 0;  ///< of its line in the journal
  std::size_t size = 0;      ///< of the line
};

struct Journal {
  std::filesystem::path path;
  Shard shard;
  std::uint64_t begun = 0;  ///< how many times; 0: it has no whole line
  Json facts;  ///< of the last run: what all shards must share, with "list": {"images", "sha256"}
  Json run;    ///< what it says of itself besides
  /// Of the last run, each id once, as the last line about it says. A run that resumed one of the same facts
  /// goes on with its images.
  std::vector<JournalImage> images;
  std::unordered_map<std::string, std::size_t> places;  ///< of ids in `images`
  bool ended = false;                                   ///< nothing of the shard is left to do

  const JournalImage* find(const std::string& id) const;
};

/// Reads a journal. A last line without its end counts as not written. Throws Error: kNotFound; kUnreadable,
/// naming file, line, what was expected and what was found, for lines that no shard writes, such as an id of
/// another shard or one that leaves the output folder.
Journal read_journal(const std::filesystem::path& path, const Shard& shard);

/// The line of an image. Throws Error(kUnreadable).
Json line_of(const Journal& journal, const JournalImage& image);

/// A string of a line in its bytes (base/json_output.h); empty if there is none.
std::string bytes_at(const nlohmann::json& line, const std::string& key);

}  // namespace relprompt::shards

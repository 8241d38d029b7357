// The lines of one list of written files (base/file_journal.h), by name. docs/reference/formats.md describes
// them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <sys/types.h>

#include "base/file_handle.h"

namespace relprompt {

/// Names may hold any byte but '/' and 0; a line must not break on them.
std::string escaped(std::string_view text);

/// A list's first line.
inline constexpr std::string_view kJournalHeader =
    "# Files that relprompt wrote here (SHA-256 and name). It replaces no others: keep this list with "
    "them.\n";

/// Where each name stands in a list. The lines themselves stay on the disk, some 40 bytes for each in memory:
/// a folder of a million results has a list of hundreds of megabytes.
class JournalLines {
 public:
  /// Takes in what was added to the list since the last time, or all if it is another file now, and keeps it
  /// open for the questions below until close().
  void refresh(const std::filesystem::path& path);
  void close() { file_ = FileHandle(); }

  bool lists(const std::string& name) const;
  /// sha256: 64 hexadecimal digits.
  bool lists(const std::string& name, const std::string& sha256) const;
  /// The last note of the name.
  std::optional<std::string> note(const std::string& name) const;

 private:
  using Places = std::unordered_multimap<std::uint64_t, off_t>;  // of lines, by the hash of the escaped name
  struct Line {
    std::string_view kind, middle, last;  // of the line's text; all empty if no such line is written here
  };

  void index(off_t size);
  static Line parsed(std::string_view line);
  std::string line_at(off_t place) const;
  /// Calls `ask(line, place)` for the lines of this kind and name until it returns true.
  bool any(const Places& places, std::string_view kind, const std::string& name,
           const std::function<bool(const Line&, off_t)>& ask) const;

  FileHandle file_;
  ino_t inode_ = 0;
  dev_t device_ = 0;
  off_t read_ = 0;
  Places files_, notes_;
};

}  // namespace relprompt

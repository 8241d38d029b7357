// What relprompt wrote into a folder: a list in the folder itself, by which a later run tells its own files
// from everybody else's.
//
// A file's line is added before the file appears. A process that is killed at any moment therefore leaves the
// older file or the newer one, and both are listed. Lines are only ever added, under a lock, so several
// processes can write into one folder. docs/reference/formats.md describes the list.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace relprompt {

/// The list's name in a folder.
inline constexpr const char* kJournalName = ".relprompt-files";

class FileJournal {
 public:
  /// Touches no disk.
  explicit FileJournal(const std::filesystem::path& folder);

  /// True if relprompt has written a file of this name into the folder, whatever has become of it.
  bool lists(const std::string& name) const;
  /// True if it has written this content under this name. sha256: 64 hexadecimal digits.
  bool lists(const std::string& name, const std::string& sha256) const;
  /// The last note of this name; nullopt if there is none.
  std::optional<std::string> note(const std::string& name) const;

  /// Lists a file that is about to appear; the folder must exist. A list is flushed to the device once a
  /// second, so only a power failure can leave files that are not listed: those of its last second.
  /// Throws Error: kNotWritable (also where the list's name is taken by something else), kDiskFull.
  void add(const std::string& name, const std::string& sha256);
  /// Keeps a line of text under a name, such as what a result was made from. Throws as add does.
  void add_note(const std::string& name, const std::string& text);

 private:
  std::filesystem::path path_;
};

/// Removes the list of a folder that holds nothing else, so that the folder counts as empty.
void remove_lone_journal(const std::filesystem::path& folder);

}  // namespace relprompt

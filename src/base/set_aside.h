// Replacing a folder without a moment in which a failure loses both: the older one steps aside, under a
// hidden name beside it, until the new one stands.
#pragma once

#include <filesystem>

#include "base/file_handle.h"

namespace relprompt {

/// Says that this process still needs a folder, whatever its name becomes: others can tell it from one that a
/// killed process left (base/temporaries.h).
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  /// False if another process has it, or it cannot be locked.
  bool held() const { return static_cast<bool>(file_); }

 private:
  FileHandle file_;
};

class SetAside {
 public:
  /// Renames the folder. Throws Error(kNotWritable).
  explicit SetAside(const std::filesystem::path& folder);
  /// Gives it its name back, unless drop() was called or the name is taken.
  ~SetAside();
  SetAside(const SetAside&) = delete;
  SetAside& operator=(const SetAside&) = delete;

  /// The new folder is complete: removes relprompt's own files of the older one.
  void drop();

  /// Repairs what a process left that was killed in the middle: a folder whose name is free gets it back, one
  /// whose successor stands is dropped.
  static void repair(const std::filesystem::path& folder);

 private:
  std::filesystem::path folder_, aside_;
  FolderLock lock_;
};

}  // namespace relprompt

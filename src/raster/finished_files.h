// Files that another library writes: made in a hidden folder beside their place, and put there whole, by the
// rules for what relprompt writes (base/own_files.h).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace relprompt::raster {

class FinishedFiles {
 public:
  /// Makes the hidden folder in `folder`, which is made if needed. Throws Error(kNotWritable or kDiskFull).
  explicit FinishedFiles(const std::filesystem::path& folder);
  /// Removes what is still in it.
  ~FinishedFiles();
  FinishedFiles(const FinishedFiles&) = delete;
  FinishedFiles& operator=(const FinishedFiles&) = delete;

  /// Where a file of this name is to be written.
  std::filesystem::path path(const std::string& name) const { return made_ / name; }
  /// Flushes files and gives them their names in the folder, in this order. Names that were not written are
  /// left out, and an older file of relprompt of such a name goes. Throws Error: kNotWritable, kDiskFull.
  void place(const std::vector<std::string>& names);

 private:
  std::filesystem::path folder_, made_;
  int lock_ = -1;
};

}  // namespace relprompt::raster

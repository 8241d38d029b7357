// The folder of a run: checked before the model is loaded, and gone again if nothing came of it.
#pragma once

#include <filesystem>
#include <vector>

namespace relprompt::cli {

/// Removes `folder` and its parents up to, not including, `root`, as long as they are empty.
void remove_empty_folders(std::filesystem::path folder, const std::filesystem::path& root);

class OutputFolder {
 public:
  /// Creates the folder and makes sure that files can be created in it. Throws Error(kNotWritable or
  /// kDiskFull).
  explicit OutputFolder(const std::filesystem::path& path);
  /// Removes the folders that the constructor created if they are still empty.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

 private:
  std::filesystem::path path_;
  std::filesystem::path existing_;  // the deepest folder that was there before
};

}  // namespace relprompt::cli

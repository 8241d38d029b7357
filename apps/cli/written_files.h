// The files of one result, all or none: what was written is removed again unless the result is completed.
#pragma once

#include <filesystem>
#include <vector>

namespace relprompt::cli {

class WrittenFiles {
 public:
  WrittenFiles() = default;
  ~WrittenFiles();
  WrittenFiles(const WrittenFiles&) = delete;
  WrittenFiles& operator=(const WrittenFiles&) = delete;

  /// This file has been written; one that fails leaves nothing by itself (base/atomic_file.h).
  void add(const std::filesystem::path& path) { files_.push_back(path); }
  /// Nothing will be removed.
  void complete() { files_.clear(); }

 private:
  std::vector<std::filesystem::path> files_;
};

}  // namespace relprompt::cli

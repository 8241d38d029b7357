// A text file from anywhere, line by line, in memory for one line of a limited length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/file_handle.h"

namespace relprompt::shards {

class LineReader {
 public:
  /// `source` names the file in messages.
  LineReader(FileHandle file, std::string source, std::size_t most_bytes);

  /// The next line without its line break; false at the end. A last line that has no line break counts as
  /// one, and whole() says so. Throws Error(kUnreadable), naming file and line, for one that is longer than
  /// allowed, and for a file that cannot be read.
  bool next(std::string& line);

  std::uint64_t number() const { return number_; }  ///< of the line that came last, from 1
  std::uint64_t offset() const { return offset_; }  ///< of its first byte in the file
  bool whole() const { return whole_; }             ///< it ended with a line break
  /// "FILE, line 3"
  std::string place() const;

 private:
  bool fill();

  FileHandle file_;
  std::string source_;
  std::size_t most_bytes_;
  std::string buffer_;
  std::size_t at_ = 0;  ///< first byte of the buffer that no line has taken
  std::uint64_t number_ = 0, offset_ = 0, next_offset_ = 0;
  bool whole_ = true;
};

}  // namespace relprompt::shards

// Reading a whole file into memory of our own. A map would do as well until someone truncates the file: then
// the next look at it is a bus error in the middle of a decoder. Only model files, which are large and shared
// between processes, are mapped (mapped_file.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "relprompt/error.h"

#include "base/file_handle.h"

namespace relprompt {

/// The bytes of a file that was read whole.
class FileBytes {
 public:
  FileBytes() = default;
  FileBytes(std::unique_ptr<std::byte[]> bytes, std::size_t size) : bytes_(std::move(bytes)), size_(size) {}

  const std::byte* data() const noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  const std::uint8_t* octets() const noexcept { return reinterpret_cast<const std::uint8_t*>(data()); }
  std::string_view text() const noexcept { return {reinterpret_cast<const char*>(data()), size_}; }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
};

/// What is accepted of a file, and how a refusal is called.
struct ReadRules {
  std::size_t max_bytes = std::size_t{1} << 30;
  ErrorCode too_large = ErrorCode::kUnreadable;
  ErrorCode missing = ErrorCode::kNotFound;  ///< kModelNotFound for the files of a model
  const char* hint = "";                     ///< what the user can do about one that is too large
};

/// Reads a regular file from its start to its end. Never waits for a pipe. Throws Error: rules.missing if the
/// path does not exist; rules.too_large, before anything is read, if it has more than rules.max_bytes; else
/// kUnreadable (rules.missing where that concerns a model) for what is no regular file, cannot be opened or
/// read, or changes while it is read.
FileBytes read_file(const std::filesystem::path& path, const ReadRules& rules = {});

/// The code for a file that is there but cannot be read, by the code for one that is missing: what concerns a
/// model keeps the exit status of models.
ErrorCode unreadable_as(ErrorCode missing) noexcept;

/// Opens a regular file for reading. `size` becomes its size. Throws as read_file does.
FileHandle open_regular_file(const std::filesystem::path& path, ErrorCode missing, std::size_t& size);

}  // namespace relprompt

// The file of a tar, read once from its start to its end and hashed on the way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file_handle.h"
#include "base/hash.h"
#include "tar/tar_table.h"

namespace relprompt::tar {

class TarInput {
 public:
  /// Throws Error: kNotFound, kUnreadable.
  explicit TarInput(const std::filesystem::path& path);
  TarInput(const TarInput&) = delete;
  TarInput& operator=(const TarInput&) = delete;

  /// The bytes for MemberSource; must not outlive this object.
  ReadBytes bytes();
  /// How many have been given.
  std::uint64_t taken() const { return taken_; }
  /// Reads what a reader left and returns the SHA-256 of the file. Throws Error(kUnreadable) if it cannot be
  /// read or has another size than at first.
  std::string finish();

 private:
  std::ptrdiff_t read(const void** data);

  std::filesystem::path path_;
  std::size_t size_ = 0;
  FileHandle file_;
  std::vector<char> block_;
  Sha256 digest_;
  std::uint64_t taken_ = 0;
};

}  // namespace relprompt::tar

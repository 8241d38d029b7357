// Descriptors of the operating system, owned.
#pragma once

#include <string_view>

namespace relprompt {

/// An open file, folder, socket or lock; closed at the end.
class FileHandle {
 public:
  /// Takes the descriptor over; a negative one is none.
  explicit FileHandle(int number = -1) noexcept : number_(number) {}
  ~FileHandle();
  FileHandle(FileHandle&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  FileHandle& operator=(FileHandle&& other) noexcept;

  int number() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

/// Writes all the bytes where the file stands. False, with errno, if some could not be written.
bool write_all(int file, std::string_view bytes) noexcept;

}  // namespace relprompt

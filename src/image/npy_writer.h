// Soft scores as a NumPy file, written a few class planes at a time: scores of hundreds of classes at image
// size need not fit into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/atomic_file.h"

namespace relprompt::image {

/// IEEE half precision bits of a float, rounded to nearest, ties to even. Beyond 65519 becomes infinity; NaN
/// stays NaN.
std::uint16_t to_half(float value) noexcept;

/// What stands before the numbers of a C-order .npy (format 1.0, little endian): '<f2' if half, else '<f4'.
std::string npy_header(const std::vector<std::int64_t>& shape, bool half);

/// Writes a C-order .npy (format 1.0, little endian). Nothing appears at the path before commit.
class NpyWriter {
 public:
  /// @param shape such as {classes, height, width}; no side negative
  /// @param half '<f2' instead of '<f4'
  /// Throws Error: kBadArgument (shape), kNotWritable, kDiskFull.
  NpyWriter(const std::filesystem::path& path, const std::vector<std::int64_t>& shape, bool half);

  /// Appends the next `count` numbers in C order. Throws Error: kNotWritable, kDiskFull, or kInternal if
  /// there are more than the shape holds.
  void append(const float* values, std::size_t count);

  /// Appends half precision bits to a file of such. Throws Error as append does.
  void append_halves(const std::uint16_t* halves, std::size_t count);

  /// Numbers of a file of halves that were appended before, `count` of them from the number `first` on.
  /// Throws Error: kNotWritable, kDiskFull, or kInternal for numbers that are not there.
  void read_halves(std::uint64_t first, std::uint16_t* halves, std::size_t count) const;
  void replace_halves(std::uint64_t first, const std::uint16_t* halves, std::size_t count);

  /// Makes the file appear. Throws Error(kInternal) if numbers are missing, kNotWritable, kDiskFull.
  void commit();

 private:
  void count_in(std::size_t count);
  std::uint64_t place_of(std::uint64_t first, std::size_t count) const;

  std::filesystem::path path_;
  AtomicFile file_;
  bool half_;
  std::uint64_t expected_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t header_ = 0;           ///< bytes before the first number
  std::vector<std::uint16_t> halves_;  // conversion buffer
};

}  // namespace relprompt::image

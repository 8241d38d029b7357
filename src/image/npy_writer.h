// Soft scores as a NumPy file, written a few class planes at a time: scores of hundreds of classes at photo
// size need not fit into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/atomic_file.h"

namespace relprompt::image {

/// IEEE half precision bits of a float, rounded to nearest, ties to even. Beyond 65519 becomes infinity; NaN
/// stays NaN.
std::uint16_t to_half(float value) noexcept;

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

  /// Makes the file appear. Throws Error(kInternal) if numbers are missing, kNotWritable, kDiskFull.
  void commit();

 private:
  std::filesystem::path path_;
  AtomicFile file_;
  bool half_;
  std::uint64_t expected_ = 0;
  std::uint64_t written_ = 0;
  std::vector<std::uint16_t> halves_;  // conversion buffer
};

}  // namespace relprompt::image

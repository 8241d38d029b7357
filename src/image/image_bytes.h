// An image's file in memory of our own: an image that is replaced or truncated while it is read is an error,
// not a crash.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/read_file.h"
#include "image/source.h"

namespace relprompt::image {

class ImageBytes {
 public:
  /// Reads the file. One that is larger than any image within the limit needs is refused unread.
  /// Throws Error: kNotFound, kUnreadable, kImageTooLarge, kOutOfMemory.
  ImageBytes(const std::filesystem::path& path, std::uint64_t max_pixels);

  /// The bytes under the path's name; valid as long as this object.
  Source source() const;

 private:
  std::filesystem::path path_;
  std::uint64_t max_pixels_;
  FileBytes bytes_;
};

}  // namespace relprompt::image

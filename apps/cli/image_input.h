// The file of an image, and what tells it from another one under the same name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/read_file.h"

namespace relprompt::cli {

/// Equal size and times mean an equal file; with others the content decides.
struct ImageInput {
  std::uint64_t bytes = 0;
  std::int64_t modified = 0, changed = 0;  ///< nanoseconds since 1970: of the content, of anything
  std::string sha256;                      ///< 64 hexadecimal digits; empty if not looked at

  bool same_times(const ImageInput& other) const {
    return bytes == other.bytes && modified == other.modified && changed == other.changed;
  }
};

struct ImageFile {
  FileBytes bytes;
  ImageInput input;
};

/// Size and times alone; nullopt if the file cannot be looked at.
std::optional<ImageInput> look_at(const std::filesystem::path& path);

/// Throws Error as read_file (base/read_file.h) does.
ImageFile read_image_file(const std::filesystem::path& path);

}  // namespace relprompt::cli

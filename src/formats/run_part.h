// Parts of images for files of a run, as far as they are lines of text: the format's name, then lines that
// the file's maker knows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relprompt::formats {

/// The first line of a part.
std::string part_head(std::string_view format);

/// Reads a part line by line.
class PartLines {
 public:
  /// Throws Error(kBadArgument) if the part is not of this format.
  PartLines(std::string_view part, std::string_view format);
  std::optional<std::string_view> next();
  /// All that was not read yet.
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace relprompt::formats

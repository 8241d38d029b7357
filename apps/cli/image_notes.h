// Tells people what decoding decided or left out of their images (Image::notes).
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace relprompt::cli {

class ImageNotes {
 public:
  /// True if one of these has not been said: a folder of a thousand images of one kind needs no more than
  /// one.
  bool has_news(const std::vector<std::string>& notes) const;
  /// Says on stderr what has not been said.
  void tell(const std::filesystem::path& image, const std::vector<std::string>& notes);

 private:
  std::set<std::string> said_;
};

}  // namespace relprompt::cli

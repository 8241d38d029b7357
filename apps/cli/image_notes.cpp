#include "image_notes.h"

#include <algorithm>

#include <fmt/format.h>

#include "terminal.h"

namespace relprompt::cli {

bool ImageNotes::has_news(const std::vector<std::string>& notes) const {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const std::string& note) { return said_.count(note) == 0; });
}

void ImageNotes::tell(const std::filesystem::path& image, const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    if (!said_.insert(note).second) continue;
    print_note(printable(fmt::format("{}: {}", image.string(), note)));
  }
}

}  // namespace relprompt::cli

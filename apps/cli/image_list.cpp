#include "image_list.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "image/find_images.h"
#include "image/heif_decode.h"
#include "image/output_names.h"
#include "input_words.h"
#include "numbers.h"
#include "tar/member_name.h"
#include "tar_list.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

/// The inputs that name something on their own; the others become failures.
std::vector<fs::path> usable(const std::vector<std::string>& inputs, std::vector<Failure>& failures) {
  std::vector<fs::path> result;
  for (const std::string& input : inputs) {
    try {
      image::find_images({input});
      result.emplace_back(input);
    } catch (const Error& error) {
      failures.push_back({input, error.code(), error.what()});
    }
  }
  return result;
}

ListedImage listed(const fs::path& path, const fs::path& stem, const fs::path& output) {
  const fs::path below = stem.lexically_relative(output);
  return {path,
          path.string(),
          stem,
          below.string(),
          (below.parent_path() / path.filename()).string(),
          output / kPartsFolder / below,
          nullptr,
          0,
          0};
}

/// Stems of the results; that of a packed tar is without both its endings.
std::vector<fs::path> stems_of(std::vector<image::Input> inputs, const fs::path& output) {
  for (image::Input& input : inputs) {
    const std::string path = input.path.string();
    const auto ending = tar::tar_ending(path);
    if (!ending.empty()) input.path = path.substr(0, path.size() - ending.size()) + ".tar";
  }
  return image::output_stems(inputs, output);
}

ListedImage listed_stream(const fs::path& output) {
  auto stream = standard_input();
  return {path_of(*stream), "-", output / "stdin", "stdin", "stdin", output / kPartsFolder / "stdin",
          stream,           0};
}

}  // namespace

ImageList list_images(const std::vector<std::string>& given, const fs::path& output) {
  ImageList list;
  auto inputs = expand_tar_words(expand_lists(given));
  const auto streams = std::count(inputs.begin(), inputs.end(), "-");
  if (streams > 0) {
    inputs.erase(std::remove(inputs.begin(), inputs.end(), "-"), inputs.end());
    list.images.push_back(listed_stream(output));
  }
  const auto arguments = usable(inputs, list.failures);
  if (arguments.empty()) return list;
  const auto found = image::find_images(arguments);
  const auto stems = stems_of(found, output);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i].named && image::has_heif_extension(found[i].path) && !image::reads_heif()) {
      list.skipped.push_back({found[i].path.string(), ErrorCode::kNotAnImage,
                              fmt::format("{} is left out: HEIC and AVIF need librelprompt-heif.so (install "
                                          "libheif-dev and build again)",
                                          found[i].path.string())});
      continue;
    }
    // A path that is not there fails now: nobody should wait for a model to learn of a typing mistake.
    std::error_code ignored;
    if (fs::exists(found[i].path, ignored)) {
      list.images.push_back(listed(found[i].path, stems[i], output));
    } else {
      list.failures.push_back({found[i].path.string(), ErrorCode::kNotFound,
                               fmt::format("{} does not exist", found[i].path.string())});
    }
  }
  for (std::size_t i = 0; i < list.images.size(); ++i) list.images[i].at = i;
  // Nothing but what cannot be read is no success.
  if (list.images.empty() && list.failures.empty()) list.failures = std::exchange(list.skipped, {});
  return list;
}

void note_unreadable(const ImageList& list) {
  if (list.skipped.empty()) return;
  const std::size_t others = list.skipped.size() - 1;
  const std::string more = others > 0 ? fmt::format(", and {} more", counted(others, "such image")) : "";
  print_note(list.skipped.front().message + more);
}

}  // namespace relprompt::cli

#include "truth_files.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "image/read_labels.h"

namespace relprompt::cli {

namespace fs = std::filesystem;

fs::path truth_file(const fs::path& truth, const fs::path& image) {
  std::error_code ignored;
  if (fs::is_regular_file(truth, ignored)) return truth;
  const std::string stem = image.stem().string();
  for (const char* ending : {".png", ".labels.png", ".tif", ".tiff"}) {
    auto file = truth / (stem + ending);
    if (fs::is_regular_file(file, ignored)) return file;
  }
  throw Error(ErrorCode::kNotFound,
              fmt::format("no labels for {}: {} holds no {}.png, .labels.png, .tif or .tiff", image.string(),
                          truth.string(), stem),
              "--truth takes the folder of the label files, or for one image the file");
}

LabelMap read_truth(const fs::path& file, const Image& image, std::size_t classes, bool from_one) {
  auto stored = image::read_labels(file);
  LabelMap& map = stored.map;
  if (map.height != image.height || map.width != image.width) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: labels of {}x{} pixels for an image of {}x{}", file.string(), map.width,
                            map.height, image.width, image.height));
  }
  const std::uint16_t ignored = stored.bits > 8 ? 65535 : 255;
  for (std::uint16_t& label : map.labels) {
    const std::uint16_t read = label;
    if (read == ignored || (from_one && read == 0)) {
      label = LabelMap::kUnknown;
      continue;
    }
    if (from_one) --label;
    if (label >= classes) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{}: label {} is no class, there are {}", file.string(), read, classes),
                  "labels count classes from 0 (--truth-from-one: from 1, 0 is no class)");
    }
  }
  return std::move(map);
}

}  // namespace relprompt::cli

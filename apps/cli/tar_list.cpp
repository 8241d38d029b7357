#include "tar_list.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "base/own_files.h"
#include "base/paths.h"
#include "tar/braces.h"
#include "tar/member_name.h"
#include "tar/tar_library.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

bool is_tar(const std::string& path) {
  return !tar::tar_ending(path).empty();
}

fs::path normal(const fs::path& path) {
  return absolute_path(path).lexically_normal();
}

void check_format(const OutputFormat& format) {
  if (format.name == "scores") {
    throw Error(ErrorCode::kBadArgument, "--save scores: expected images in folders, found tars",
                "scores of one image can take a gigabyte: unpack the tar, or save labels");
  }
  if (format.run_files.empty()) return;
  throw Error(
      ErrorCode::kBadArgument,
      fmt::format("--save {} makes a file about all images ({}): expected images in folders, found tars",
                  format.name, format.run_files.front()),
      "of tars, each sample's own results are saved: labels, palette, overlay, overlay-png, json, labelme, "
      "geojson");
}

}  // namespace

std::vector<std::string> expand_tar_words(const std::vector<std::string>& words) {
  std::vector<std::string> result;
  for (const std::string& word : words) {
    if (word.find('{') == std::string::npos || path_exists(word)) {
      result.push_back(word);
      continue;
    }
    const auto expanded = tar::expand_braces(word);
    const bool tars = std::all_of(expanded.begin(), expanded.end(), is_tar);
    if (tars) {
      result.insert(result.end(), expanded.begin(), expanded.end());
    } else {
      result.push_back(word);
    }
  }
  return result;
}

bool lists_tars(const ImageList& list, const std::string& first) {
  if (list.images.empty()) return is_tar(first);
  const ListedImage* tar = nullptr;
  const ListedImage* image = nullptr;
  for (const ListedImage& listed : list.images) (is_tar(listed.input) ? tar : image) = &listed;
  if (tar == nullptr || image == nullptr) return tar != nullptr;
  throw Error(ErrorCode::kBadArgument, fmt::format("{} is a tar and {} is not", tar->input, image->input),
              "label tars in one run and images in another");
}

fs::path tar_output(const ListedImage& tar) {
  fs::path path = tar.stem;
  path += tar::tar_ending(tar.input);
  return path;
}

tar::Packing tar_packing(const ListedImage& tar) {
  return tar::packing_of(tar::tar_ending(tar.input));
}

void check_tar_outputs(const ImageList& list, const OutputPlan& plan) {
  for (const std::string& name : plan.formats) check_format(output_format(name));
  tar::tar_table();
  std::unordered_map<std::string, std::string> inputs;
  for (const ListedImage& tar : list.images) inputs.emplace(normal(tar.path).string(), tar.input);
  for (const ListedImage& tar : list.images) {
    const fs::path output = tar_output(tar);
    const auto replaced = inputs.find(normal(output).string());
    if (replaced != inputs.end()) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("the results of {} would replace the input {}", tar.input, replaced->second),
                  "choose another output folder");
    }
    if (is_unlisted(output)) refuse_foreign(output);
  }
}

}  // namespace relprompt::cli

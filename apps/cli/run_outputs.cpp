#include "run_outputs.h"

#include <unordered_map>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "base/own_files.h"
#include "base/read_file.h"
#include "image_outputs.h"

namespace relprompt::cli {

namespace fs = std::filesystem;

RunOutputs::RunOutputs(const OutputPlan& plan, fs::path folder) : plan_(plan), folder_(std::move(folder)) {}

std::vector<fs::path> RunOutputs::paths() const {
  std::vector<fs::path> paths;
  for (const auto& name : plan_.formats)
    for (const auto& file : output_format(name).run_files) paths.push_back(folder_ / file);
  return paths;
}

void RunOutputs::check_names(const std::vector<ListedImage>& images) const {
  std::unordered_map<std::string, std::string> users;  // of every file
  for (const fs::path& path : paths()) {
    if (is_unlisted(path)) refuse_foreign(path);
    users.emplace(path.string(), "the whole run");
  }
  for (const ListedImage& listed : images) {
    const ImageOutputs outputs(listed, plan_);
    for (const auto& [name, path] : outputs.files()) {
      const auto [user, is_new] = users.emplace(path.string(), listed.input);
      if (is_new) continue;
      throw Error(
          ErrorCode::kBadArgument,
          fmt::format("{} would be written for {} and for {}", path.string(), user->second, listed.input),
          "save one of the two in another run, or rename the image");
    }
  }
}

void RunOutputs::check() const {
  for (const fs::path& path : paths())
    if (standing_of(path) == Standing::kForeign) refuse_foreign(path);
}

void RunOutputs::begin() {
  if (begun_) return;
  begun_ = true;
  for (const fs::path& path : paths()) remove_own(path);
}

void RunOutputs::finish(const ClassList& classes) {
  if (parts_.empty()) return;
  for (const auto& name : plan_.formats)
    if (!output_format(name).run_files.empty()) write(name, classes);
}

void RunOutputs::write(const std::string& format, const ClassList& classes) {
  const auto& about = output_format(format);
  std::vector<RunFile> files;
  for (const auto& name : about.run_files) files.emplace_back(folder_, format, name, classes);
  for (const std::string& stem : parts_) {
    if (!about.run_parts) break;
    const FileBytes part = read_file(stem + "." + format);
    for (auto& file : files) file.add(part.text());
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    files[i].commit();
    written_.emplace_back(format, folder_ / about.run_files[i]);
  }
}

}  // namespace relprompt::cli

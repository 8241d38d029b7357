#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "analysis/sheet.h"
#include "base/printable.h"
#include "data/order.h"
#include "data_check.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kSamples = 8;

Image sheet_of(const data::Dataset& dataset) {
  analysis::Sheet sheet;
  sheet.columns = {"image", "labels"};
  sheet.has_truth = true;
  for (const auto index : data::spread_indices(dataset.size(), kSamples)) {
    auto inspection = dataset.inspect(index);
    if (inspection.error) continue;  // the report names it
    auto& sample = inspection.sample;
    sheet.rows.push_back({sample.name, std::move(sample.image), {std::move(sample.labels)}});
  }
  return analysis::draw_sheet(sheet, dataset.classes());
}

}  // namespace

std::vector<std::filesystem::path> sheet_files(const std::string& file, const std::vector<DataPart>& parts) {
  if (!file.empty() && std::filesystem::path(file).extension() != ".png") {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("--sheet {}: expected a name that ends in .png", printable(file)));
  }
  std::vector<std::filesystem::path> files;
  for (const auto& [name, spec] : parts) {
    auto& path = files.emplace_back(file);
    if (parts.size() > 1) path.replace_filename(path.stem().string() + "-" + name + ".png");
  }
  return files;
}

void write_sheets(const std::vector<std::filesystem::path>& files, const std::vector<DataPart>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    write_image(files[i], sheet_of(*data::open_dataset(parts[i].second)));
}

}  // namespace relprompt::cli

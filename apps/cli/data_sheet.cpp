#include <filesystem>
#include <utility>

#include "analysis/sheet.h"
#include "data/order.h"
#include "data_check.h"
#include "image/picture_files.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kSamples = 8;

Image sheet_of(const data::Dataset& dataset) {
  analysis::Sheet sheet;
  sheet.columns = {"photo", "labels"};
  sheet.has_truth = true;
  for (const auto index : data::spread_indices(dataset.size(), kSamples)) {
    auto inspection = dataset.inspect(index);
    if (inspection.error) continue;  // the report names it
    auto& sample = inspection.sample;
    sheet.rows.push_back({sample.name, std::move(sample.photo), {std::move(sample.labels)}});
  }
  return analysis::draw_sheet(sheet, dataset.classes());
}

}  // namespace

std::vector<std::filesystem::path> sheet_files(const std::string& file, const std::vector<DataPart>& parts) {
  std::vector<std::filesystem::path> files;
  for (const auto& [name, spec] : parts) {
    auto& path = files.emplace_back(file);
    if (parts.size() > 1) path.replace_filename(path.stem().string() + "-" + name + ".png");
  }
  return files;
}

void write_sheets(const std::vector<std::filesystem::path>& files, const std::vector<DataPart>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    image::write_png(files[i], sheet_of(*data::open_dataset(parts[i].second)));
}

}  // namespace relprompt::cli

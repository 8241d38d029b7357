#include "image_report.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/json_read.h"
#include "report_settings.h"
#include "text/class_line.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kClassesOnALine = 5;

}  // namespace

double share(std::uint64_t pixels, const LabelMap& labels) {
  return static_cast<double>(pixels) / (static_cast<double>(labels.height) * labels.width);
}

RunFacts facts_of(const SegmentSettings& settings, const Segmenter& segmenter,
                  const SegmentOptions& protocol) {
  ReportSettings said = report_settings(settings, protocol);
  said.decode = settings.decode;
  said.float32_scores = settings.plan.float32_scores;
  Reporter reporter(segmenter, said);
  Json run = reread_json(reporter.run());
  return {std::move(reporter), std::move(run)};
}

std::string report_of(const std::filesystem::path& path, const ImageInput& input, const Image& image,
                      const Segmentation& result, const ImageOutputs& outputs, const RunFacts& facts,
                      const ImageTimes& times) {
  ReportedImage about;
  about.path = path;
  about.sha256 = input.sha256;
  for (const auto& [kind, file] : outputs.files()) about.files.emplace_back(kind, file.filename().string());
  about.read_seconds = times.read;
  about.write_seconds = times.write;
  return facts.reporter.report(about, image, result);
}

std::string found_in(const Segmentation& result, const ClassList& classes) {
  std::vector<std::size_t> order(classes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return result.pixels[a] > result.pixels[b]; });
  const auto absent =
      std::find_if(order.begin(), order.end(), [&](std::size_t label) { return result.pixels[label] == 0; });
  const auto found = static_cast<std::size_t>(absent - order.begin());
  std::string line;
  const auto add = [&](const std::string& name, std::uint64_t pixels) {
    line += fmt::format("{}{} {:.1f} %", line.empty() ? "" : ", ", name, 100 * share(pixels, result.labels));
  };
  for (std::size_t i = 0; i < std::min(found, kClassesOnALine); ++i)
    add(text::class_line({classes.title(order[i])}), result.pixels[order[i]]);
  if (found > kClassesOnALine) line += fmt::format(", {} more", found - kClassesOnALine);
  if (result.unknown_pixels > 0) add("unknown", result.unknown_pixels);
  return line;
}

}  // namespace relprompt::cli

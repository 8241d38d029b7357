#include "photo_report.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "relprompt/version.h"

#include "base/hash.h"
#include "image/label_files.h"
#include "image/palette.h"
#include "text/class_line.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kClassesOnALine = 5;

double share(std::uint64_t pixels, const LabelMap& labels) {
  return static_cast<double>(pixels) / (static_cast<double>(labels.height) * labels.width);
}

std::string hexadecimal(image::Color color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
}

/// Only what was asked for: it decides the labels as well.
void add_decoding(const DecodeOptions& decode, Json& protocol) {
  if (!decode.bands.empty()) protocol["bands"] = decode.bands;
  if (decode.range) protocol["range"] = {decode.range->min, decode.range->max};
}

Json protocol_of(const SegmentOptions& options, const TextOptions& text) {
  Json protocol = {{"short_side", options.short_side},
                   {"window", options.window},
                   {"stride", options.stride},
                   {"templates", text.templates},
                   {"names", text.max_over_names ? "max" : "average"},
                   {"truncate", text.truncate}};
  protocol["unknown_below"] = options.unknown_threshold ? Json(*options.unknown_threshold) : Json();
  protocol["seen"] = options.seen;
  protocol["calibration"] = options.seen.empty() ? Json() : Json(options.calibration);
  return protocol;
}

/// Device, threads and batch change nothing that is meant to be compared; precision does.
std::string settings_hash(const SegmentSettings& settings, const Segmenter& segmenter, const Json& protocol) {
  Json essence = {{"model", segmenter.model_hash()},
                  {"precision", settings.model_options.precision},
                  {"protocol", protocol},
                  {"classes", settings.classes.names},
                  {"scores", settings.plan.float32_scores}};
  Sha256 hash;
  hash.update(to_text(essence));
  return hash.hex();
}

Json classes_of(const Segmentation& result, const ClassList& classes) {
  Json rows = Json::array();
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto& names = classes.names[label];
    rows.push_back({{"label", label},
                    {"name", names.front()},
                    {"other_names", std::vector<std::string>(names.begin() + 1, names.end())},
                    {"color", hexadecimal(image::color_of(static_cast<std::uint16_t>(label)))},
                    {"pixels", result.pixels[label]},
                    {"share", share(result.pixels[label], result.labels)}});
  }
  return rows;
}

}  // namespace

RunFacts facts_of(const SegmentSettings& settings, const Segmenter& segmenter,
                  const SegmentOptions& protocol) {
  RunFacts facts;
  facts.program = {{"name", "relprompt"}, {"version", RELPROMPT_VERSION}};
  facts.model = {{"path", settings.model.string()},
                 {"sha256", segmenter.model_hash()},
                 {"variant", segmenter.variant()},
                 {"device", settings.model_options.device},
                 {"precision", settings.model_options.precision}};
  facts.protocol = protocol_of(protocol, settings.text);
  add_decoding(settings.decode, facts.protocol);
  facts.unknown_words = segmenter.unknown_words();
  facts.settings = settings_hash(settings, segmenter, facts.protocol);
  return facts;
}

Json report_of(const std::filesystem::path& photo, const PhotoInput& input, const Image& image,
               const Segmentation& result, const ClassList& classes, const PhotoOutputs& outputs,
               const RunFacts& facts, const PhotoTimes& times) {
  Json files = Json::object();
  for (const auto& [kind, path] : outputs.files()) files[kind] = path.filename().string();
  Json report = {{"program", facts.program},
                 {"image", photo.string()},
                 {"image_sha256", input.sha256},
                 {"height", image.height},
                 {"width", image.width},
                 {"resized_height", result.resized_height},
                 {"resized_width", result.resized_width},
                 {"windows", result.windows},
                 {"files", files}};
  report["notes"] = image.notes;
  report["classes"] = classes_of(result, classes);
  report["unknown"] = {{"label", image::unknown_label(classes.size())},
                       {"color", hexadecimal(image::color_of(LabelMap::kUnknown))},
                       {"pixels", result.unknown_pixels},
                       {"share", share(result.unknown_pixels, result.labels)}};
  report["unknown_words"] = facts.unknown_words;
  report["protocol"] = facts.protocol;
  report["model"] = facts.model;
  report["seconds"] = {{"read", times.read},
                       {"resize", result.resize_seconds},
                       {"network", result.network_seconds},
                       {"scores", result.score_seconds},
                       {"write", times.write}};
  report["settings_sha256"] = facts.settings;
  return report;
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

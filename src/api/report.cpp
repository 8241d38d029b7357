// relprompt::Reporter: the content of STEM.json.
#include "relprompt/report.h"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"
#include "relprompt/version.h"

#include "api/errors.h"
#include "base/hash.h"
#include "base/json_output.h"
#include "model/label_protocol.h"

namespace relprompt {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order in which a reader wants them

std::string to_text(const Json& document) {
  return json_text(document, 2) + "\n";
}

double share(std::uint64_t pixels, const LabelMap& labels) {
  return static_cast<double>(pixels) / (static_cast<double>(labels.height) * labels.width);
}

std::string hexadecimal(std::uint32_t color) {
  return fmt::format("#{:06x}", color);
}

/// Only what was asked for: it decides the labels as well.
void add_decoding(const DecodeOptions& decode, Json& protocol) {
  if (!decode.bands.empty()) protocol["bands"] = decode.bands;
  if (decode.range) protocol["range"] = {decode.range->min, decode.range->max};
}

Json or_null(bool holds, const Json& value) {
  return holds ? value : Json();
}

Json protocol_of(const SegmentOptions& options, const TextOptions& text, const ClassList& classes) {
  const bool whole = options.window == kWholeImage, bare = options.mean != WindowMean::kByModel;
  Json protocol = {{"short_side", options.short_side},
                   {"window", whole ? Json("whole") : Json(options.window)},
                   {"stride", or_null(!whole, options.stride)}};
  protocol["mean"] = or_null(bare, bare ? name_of(model::kWindowMeanWords, options.mean) : "");
  protocol["logit_scale"] = or_null(bare, options.logit_scale);
  protocol["refine"] = name_of(model::kRefinementWords, options.refine);
  protocol["scales"] = options.scales;
  protocol["flip"] = options.flip;
  protocol["templates"] = text.templates;
  protocol["names"] = name_of(model::kNameRuleWords, text.names);
  protocol["truncate"] = text.truncate;
  protocol["unknown_below"] = options.unknown_threshold ? Json(*options.unknown_threshold) : Json();
  Json by_class = Json::array();
  for (const auto& [label, threshold] : options.class_thresholds) {
    by_class.push_back({{"label", label}, {"name", classes.title(label)}, {"below", threshold}});
  }
  protocol["unknown_below_of_class"] = by_class;
  protocol["background"] = options.background ? Json(*options.background) : Json();
  protocol["contrast"] = classes.contrast;
  protocol["min_area"] = *options.min_area;
  protocol["seen"] = options.seen;
  protocol["calibration"] = options.seen.empty() ? Json() : Json(options.calibration);
  return protocol;
}

/// Device, threads and batch change nothing that is meant to be compared; precision does.
std::string settings_hash(const ReportSettings& settings, const Segmenter& segmenter, const Json& protocol) {
  const Json essence = {{"model", segmenter.model_hash()},
                        {"precision", settings.model_options.precision},
                        {"protocol", protocol},
                        {"classes", settings.classes.names},
                        {"scores", settings.float32_scores}};
  Sha256 hash;
  hash.update(to_text(essence));
  return hash.hex();
}

Json classes_of(const Segmentation& result, const ClassList& classes) {
  Json rows = Json::array();
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto& names = classes.names[label];
    const auto& title = classes.title(label);
    const std::ptrdiff_t others = title == names.front() ? 1 : 0;  // a title need not be a name
    rows.push_back({{"label", label},
                    {"name", title},
                    {"other_names", std::vector<std::string>(names.begin() + others, names.end())},
                    {"color", hexadecimal(class_color(static_cast<std::uint16_t>(label)))},
                    {"pixels", result.pixels[label]},
                    {"share", share(result.pixels[label], result.labels)}});
  }
  return rows;
}

void require_classes(std::size_t classes, const ClassList& list, const char* of) {
  if (classes == list.size()) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("a report on {} classes: {} has {}", list.size(), of, classes));
}

}  // namespace

struct RELPROMPT_HIDDEN Reporter::Impl {
  ClassList classes;
  Json program, model, protocol, unknown_words;
  std::string settings, run;
};

Reporter::Reporter(const Segmenter& segmenter, const ReportSettings& settings)
    : impl_(api::guarded([&] {
        require_classes(segmenter.class_count(), settings.classes, "the segmenter");
        auto facts = std::make_shared<Impl>();
        facts->classes = settings.classes;
        facts->program = {{"name", "relprompt"}, {"version", RELPROMPT_VERSION}};
        facts->model = {{"path", settings.model.string()},
                        {"sha256", segmenter.model_hash()},
                        {"variant", segmenter.variant()},
                        {"head", or_null(!segmenter.model().has_prompts(), segmenter.model().head())},
                        {"device", settings.model_options.device},
                        {"precision", settings.model_options.precision}};
        facts->protocol = protocol_of(segmenter.resolve(settings.protocol),
                                      segmenter.model().resolve(settings.text), settings.classes);
        add_decoding(settings.decode, facts->protocol);
        facts->unknown_words = segmenter.unknown_words();
        facts->settings = settings_hash(settings, segmenter, facts->protocol);
        facts->run = to_text({{"program", facts->program},
                              {"model", facts->model},
                              {"protocol", facts->protocol},
                              {"unknown_words", facts->unknown_words}});
        return facts;
      })) {}

const std::string& Reporter::settings_sha256() const {
  return impl_->settings;
}

const std::string& Reporter::run() const {
  return impl_->run;
}

std::string Reporter::report(const ReportedImage& about, const Image& image,
                             const Segmentation& result) const {
  return api::guarded([&] {
    const auto& classes = impl_->classes;
    require_classes(result.pixels.size(), classes, "the result");
    Json files = Json::object();
    for (const auto& [kind, name] : about.files) files[kind] = name;
    Json report = {{"program", impl_->program},
                   {"image", about.path.string()},
                   {"image_sha256", about.sha256},
                   {"height", image.height},
                   {"width", image.width},
                   {"resized_height", result.resized_height},
                   {"resized_width", result.resized_width},
                   {"windows", result.windows},
                   {"files", files}};
    report["notes"] = image.notes;
    report["classes"] = classes_of(result, classes);
    report["unknown"] = {{"label", unknown_label(classes.size())},
                         {"color", hexadecimal(class_color(LabelMap::kUnknown))},
                         {"pixels", result.unknown_pixels},
                         {"share", share(result.unknown_pixels, result.labels)}};
    report["unknown_words"] = impl_->unknown_words;
    report["protocol"] = impl_->protocol;
    report["model"] = impl_->model;
    report["seconds"] = {{"read", about.read_seconds},
                         {"resize", result.resize_seconds},
                         {"network", result.network_seconds},
                         {"scores", result.score_seconds},
                         {"write", about.write_seconds}};
    report["settings_sha256"] = impl_->settings;
    return to_text(report);
  });
}

}  // namespace relprompt

#include "serve/segment_request.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_fields.h"
#include "serve/class_fields.h"
#include "serve/multipart.h"
#include "serve/outputs.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::json;

// Far beyond any use; keeps pixel arithmetic away from overflow.
constexpr std::int64_t kLargestSide = 65536;

/// A field of a form or query as JSON would say it. What is no number where one belongs stays a text, which
/// is refused later with its name.
Json json_of_text(const std::string& key, const std::string& text) {
  static const std::set<std::string> numbers = {"calibration", "min_area", "short_side",
                                                "window",      "stride",   "logit_scale",
                                                "alpha",       "simplify", "min_polygon"};
  static const std::set<std::string> switches = {"contrast", "keep", "contours", "legend", "region_names"};
  if (switches.count(key) > 0 && (text == "true" || text == "false")) return text == "true";
  if (numbers.count(key) == 0) return text;
  const auto word = trimmed(text);
  std::int64_t whole = 0;
  auto parsed = std::from_chars(word.data(), word.data() + word.size(), whole);
  if (parsed.ec == std::errc() && parsed.ptr == word.data() + word.size()) return whole;
  double number = 0;
  parsed = std::from_chars(word.data(), word.data() + word.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == word.data() + word.size()) return number;
  return text;
}

/// Adds a field of a form or query; the overlay's options are gathered as JSON has them.
void add_text(Json& fields, const std::string& key, const std::string& text) {
  const bool overlay = key == "alpha" || key == "contours" || key == "legend" || key == "region_names";
  Json& object = overlay ? fields["overlay"] : fields;
  if (object.contains(key)) throw HttpError(400, fmt::format("the field \"{}\" is there twice", key));
  object[key] = json_of_text(key, text);
}

Json from_query(const Request& request) {
  Json fields = Json::object();
  for (const auto& [key, value] : request.query)
    if (key != "progress") add_text(fields, key, value);
  return fields;
}

Json from_multipart(const Request& request, SegmentRequest& result) {
  Json fields = from_query(request);
  bool image = false;
  for (const auto& part : parse_multipart(request.body, request.header("content-type"))) {
    if (part.name != "image") {
      add_text(fields, part.name, std::string(part.content));
      continue;
    }
    if (image) throw HttpError(400, "the part \"image\" is there twice", "one image a request");
    image = true;
    result.image = part.content;
    result.file_name = part.file_name;
  }
  return fields;
}

Json from_json(Request& request, SegmentRequest& result, const ServerSettings& settings) {
  Json fields = read_body(request.body, settings.max_body);
  request.body = {};
  for (auto field = fields.begin(); field != fields.end();)  // null is as good as absent
    field = field->is_null() ? fields.erase(field) : std::next(field);
  const auto image = fields.find("image");
  if (image == fields.end()) return fields;
  if (!image->is_string()) throw HttpError(400, "image: expected base64 in a text");
  take_image(image->get_ref<const std::string&>(), "image", settings, result);
  fields.erase(image);
  return fields;
}

void read_classes(const Json& fields, const ServerSettings& settings, SegmentRequest& result) {
  const bool list = fields.contains("classes"), vocabulary = fields.contains("vocabulary");
  if (list == vocabulary) {
    throw HttpError(
        400, list ? "classes are given twice: \"classes\" and \"vocabulary\"" : "no classes are given",
        "add \"classes\": \"road, car;vehicle\", or \"vocabulary\" with a name of /v1/vocabularies");
  }
  if (vocabulary) {
    if (!fields["vocabulary"].is_string()) throw HttpError(400, "vocabulary: expected a name");
    result.classes = relprompt::vocabulary(fields["vocabulary"].get_ref<const std::string&>()).classes;
  } else {
    result.classes = classes_of(fields["classes"]);
  }
  check_class_limits(result.classes, settings);
}

void read_text(JsonFields& fields, const Json& object, SegmentRequest& result) {
  fields.leave({"templates"});
  if (const auto found = object.find("templates"); found != object.end()) {
    if (found->is_string()) {
      const auto& name = found->get_ref<const std::string&>();
      // Another name would be one of a file.
      if (name != "single" && name != "paper" && name != "imagenet")
        throw HttpError(400, fmt::format("templates: there is no set \"{}\"", name),
                        "single, paper or imagenet; or a list of sentences");
      result.text.templates = named_templates(name);
    } else {
      result.text.templates = words_of(*found, "templates");
      if (result.text.templates.size() > 100) throw HttpError(422, "templates: at most 100 sentences");
    }
  }
  const auto rule = fields.choice("names", 0, {"", "average", "max"});
  result.text.names = rule == 0 ? NameRule::kByModel : rule == 1 ? NameRule::kAverage : NameRule::kMax;
  result.text.use_cache = false;  // requests must not fill the disk
  result.background.background = fields.text("background", "");
  result.background.contrast = fields.boolean("contrast", true);
}

void read_labelling(JsonFields& fields, const Json& object, SegmentRequest& result) {
  auto& options = result.protocol;
  fields.leave({"unknown", "seen", "outputs"});
  if (object.contains("unknown")) read_unknown(object["unknown"], result.classes, options);
  if (object.contains("seen")) options.seen = read_seen(object["seen"], result.classes);
  options.calibration = static_cast<float>(fields.number("calibration", options.calibration, 0, 1));
  if (fields.has("min_area")) options.min_area = static_cast<float>(fields.number("min_area", 0, 0, 0.999));
  fields.leave({"min_area"});
  if (object.contains("outputs")) result.outputs = words_of(object["outputs"], "outputs");
  check_outputs(result.outputs);
  result.output_options.simplify = fields.number("simplify", result.output_options.simplify, 0, 1e6);
  result.output_options.min_polygon = static_cast<std::uint64_t>(fields.integer(
      "min_polygon", static_cast<std::int64_t>(result.output_options.min_polygon), 0, INT64_MAX));
  fields.leave({"overlay"});
  if (!fields.has("overlay")) return;
  auto& overlay = result.output_options.overlay;
  auto given = fields.object("overlay");
  overlay.alpha = static_cast<float>(given.number("alpha", overlay.alpha, 0, 1));
  overlay.contours = given.boolean("contours", overlay.contours);
  overlay.legend = given.boolean("legend", overlay.legend);
  overlay.region_names = given.boolean("region_names", overlay.region_names);
  given.finish();
}

void read_sides(JsonFields& fields, const Json& object, SegmentOptions& options) {
  options.short_side = static_cast<int>(fields.integer("short_side", 0, 0, kLargestSide));
  options.stride = static_cast<int>(fields.integer("stride", 0, 0, kLargestSide));
  if (object.contains("window") && object["window"] == "whole") {
    options.window = kWholeImage;
    fields.leave({"window"});
  } else {
    options.window = static_cast<int>(fields.integer("window", 0, 0, kLargestSide));
  }
  options.logit_scale = static_cast<float>(fields.number("logit_scale", 0, 0, 1000));
  const auto mean = fields.choice("mean", 0, {"", "logits", "probabilities"});
  if (mean > 0) options.mean = mean == 1 ? WindowMean::kLogits : WindowMean::kProbabilities;
  const auto refine = fields.choice("refine", 0, {"", "none", "pamr"});
  if (refine > 0) options.refine = refine == 1 ? Refinement::kNone : Refinement::kPamr;
}

}  // namespace

void check_class_limits(const ClassList& classes, const ServerSettings& settings) {
  std::size_t names = 0;
  for (const auto& all : classes.names) {
    names += all.size();
    for (const auto& name : all) {
      if (name.size() > settings.max_name_bytes)
        throw HttpError(
            422,
            fmt::format("a class name of {} bytes; the limit is {}", name.size(), settings.max_name_bytes),
            "", "bad_class_list");
    }
  }
  if (classes.size() > settings.max_classes || names > settings.max_names) {
    throw HttpError(422,
                    fmt::format("{} classes with {} names; the limits are {} and {}", classes.size(), names,
                                settings.max_classes, settings.max_names),
                    "", "bad_class_list");
  }
}

SegmentRequest parse_segment(Request& request, const ServerSettings& settings) {
  SegmentRequest result;
  const auto type = media_type(request.header("content-type"));
  Json fields;
  if (type == "application/json") {
    fields = from_json(request, result, settings);
  } else if (type == "multipart/form-data") {
    fields = from_multipart(request, result);
  } else {
    fields = from_query(request);
    result.image = std::move(request.body);
  }
  request.body = {};
  return read_segment_fields(fields, std::move(result), settings);
}

SegmentRequest read_segment_fields(const Json& fields, SegmentRequest result,
                                   const ServerSettings& settings) {
  if (result.image.empty() && !result.pixels && result.image_url.empty())
    throw HttpError(400, "there is no image in the request",
                    "docs/guide/serving.md shows three ways to send one");
  JsonFields reader(fields, "the request", ErrorCode::kBadArgument);
  reader.leave({"classes", "vocabulary"});
  if (result.outputs.empty()) result.outputs = {"labels"};
  read_classes(fields, settings, result);
  result.model = reader.text("model", result.model);
  result.head = reader.text("head", "");
  read_text(reader, fields, result);
  read_labelling(reader, fields, result);
  read_sides(reader, fields, result.protocol);
  result.protocol.max_pixels = settings.max_pixels;
  result.keep = reader.boolean("keep", false);
  reader.finish();
  return result;
}

void parse_relabel(const Request& request, const ServerSettings& settings, SegmentRequest& before) {
  const auto fields = read_body(request.body, settings.max_body);
  JsonFields reader(fields, "the request", ErrorCode::kBadArgument);
  read_labelling(reader, fields, before);
  reader.finish();
}

}  // namespace relprompt::serve

#include "formats/polygon_files.h"

#include <fmt/format.h>

#include "relprompt/version.h"

#include "formats/polygons.h"
#include "formats/static_file.h"
#include "formats/text_output.h"
#include "image/palette.h"

namespace relprompt::formats {
namespace {

// LabelMe warns of files of another major version than its own.
constexpr const char* kLabelMeVersion = "5.5.0";

std::string hexadecimal(std::uint16_t label) {
  const auto color = image::color_of(label);
  return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
}

void append_polygon(std::string& text, const Polygon& polygon) {
  text += '[';
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    if (i > 0) text += ',';
    append_nested(text, polygon[i], 1, 1, true);
  }
  text += ']';
}

}  // namespace

void labelme_json(const Subject& subject, ByteSink& sink) {
  const auto& result = subject.result;
  TextOutput file(sink);
  file << "{" << members({{"version", kLabelMeVersion}, {"flags", Json::object()}}) << ",\n\"shapes\":[";
  bool is_first = true;
  for_each_class(subject.map(), subject.options, [&](const Polygons& polygons, std::uint16_t label) {
    const std::string begin = "{\"label\":" + quoted(subject.title(label)) + ",\"points\":";
    polygons.joined(label, [&](const Ring& ring) {
      file << (is_first ? "\n" : ",\n") << begin;
      is_first = false;
      append_nested(file.text(), ring, 1, 1, false);
      file << ",\"group_id\":null,\"description\":\"\",\"shape_type\":\"polygon\",\"flags\":{}}";
      file.pass_on();
    });
  });
  file << "],\n"
       << members({{"imagePath", result.path.empty() ? result.name : result.path},
                   {"imageData", nullptr},
                   {"imageHeight", subject.map().height},
                   {"imageWidth", subject.map().width}})
       << "}\n";
  file.finish();
}

void yolo_text(const Subject& subject, ByteSink& sink) {
  const double factor_x = 1.0 / subject.map().width, factor_y = 1.0 / subject.map().height;
  TextOutput file(sink);
  std::string& text = file.text();
  for_each_class(subject.map(), subject.options, [&](const Polygons& polygons, std::uint16_t label) {
    polygons.joined(label, [&](const Ring& ring) {
      append_number(text, std::uint64_t{label});
      for (const Point point : ring) {
        text += ' ';
        append_number(text, point.x * factor_x);
        text += ' ';
        append_number(text, point.y * factor_y);
      }
      text += '\n';
      file.pass_on();
    });
  });
  file.finish();
}

std::unique_ptr<RunFileMaker> begin_yolo_names(ByteSink& sink, const ClassList& classes) {
  std::string text =
      "# Class names of the labels in this folder, for Ultralytics: add path, train and val.\nnames:\n";
  for (std::size_t label = 0; label < classes.size(); ++label)
    text += fmt::format("  {}: {}\n", label, quoted(classes.title(label)));
  return std::make_unique<StaticFile>(sink, std::move(text));
}

void geo_json(const Subject& subject, ByteSink& sink) {
  const auto& map = subject.map();
  TextOutput file(sink);
  file << "{\"type\":\"FeatureCollection\","
       << members(
              {{"image", {{"file_name", subject.result.name}, {"height", map.height}, {"width", map.width}}}})
       << ",\n\"features\":[";
  bool is_first = true;
  for_each_class(map, subject.options, [&](const Polygons& polygons, std::uint16_t label) {
    bool has_none = true;
    polygons.with_holes(label, [&](const Polygon& polygon) {
      if (has_none) {
        file << (is_first ? "\n" : ",\n") << "{\"type\":\"Feature\",\"properties\":{"
             << members({{"label", label}, {"name", subject.title(label)}, {"color", hexadecimal(label)}})
             << "},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[";
      } else {
        file << ",";
      }
      is_first = has_none = false;
      append_polygon(file.text(), polygon);
      file.pass_on();
    });
    if (!has_none) file << "]}}";
  });
  file << "]}\n";
  file.finish();
}

}  // namespace relprompt::formats

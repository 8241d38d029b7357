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

std::string multi_polygon(const std::vector<Polygon>& polygons) {
  std::string text = "[";
  for (std::size_t i = 0; i < polygons.size(); ++i) {
    text += i == 0 ? "[" : ",[";
    for (std::size_t k = 0; k < polygons[i].size(); ++k)
      text += (k == 0 ? "" : ",") + nested_ring(polygons[i][k], 1, 1, true);
    text += ']';
  }
  return text + "]";
}

}  // namespace

std::string labelme_json(const Subject& subject) {
  const auto& result = subject.result;
  const Polygons polygons(subject.map(), subject.options);
  std::string text =
      "{" + members({{"version", kLabelMeVersion}, {"flags", Json::object()}}) + ",\n\"shapes\":[";
  bool is_first = true;
  for (const std::uint16_t label : polygons.labels()) {
    const std::string begin = "{\"label\":" + quoted(subject.title(label)) + ",\"points\":";
    for (const Ring& ring : polygons.joined(label)) {
      text += is_first ? "\n" : ",\n";
      is_first = false;
      text += begin + nested_ring(ring, 1, 1, false) +
              ",\"group_id\":null,\"description\":\"\",\"shape_type\":\"polygon\",\"flags\":{}}";
    }
  }
  return text + "],\n" +
         members({{"imagePath", result.path.empty() ? result.name : result.path},
                  {"imageData", nullptr},
                  {"imageHeight", subject.map().height},
                  {"imageWidth", subject.map().width}}) +
         "}\n";
}

std::string yolo_text(const Subject& subject) {
  const Polygons polygons(subject.map(), subject.options);
  const double factor_x = 1.0 / subject.map().width, factor_y = 1.0 / subject.map().height;
  std::string text;
  for (const std::uint16_t label : polygons.labels()) {
    for (const Ring& ring : polygons.joined(label)) {
      append_number(text, std::uint64_t{label});
      for (const Point point : ring) {
        text += ' ';
        append_number(text, point.x * factor_x);
        text += ' ';
        append_number(text, point.y * factor_y);
      }
      text += '\n';
    }
  }
  return text;
}

std::unique_ptr<RunFileMaker> begin_yolo_names(ByteSink& sink, const ClassList& classes) {
  std::string text =
      "# Class names of the labels in this folder, for Ultralytics: add path, train and val.\nnames:\n";
  for (std::size_t label = 0; label < classes.size(); ++label)
    text += fmt::format("  {}: {}\n", label, quoted(classes.title(label)));
  return std::make_unique<StaticFile>(sink, std::move(text));
}

std::string geo_json(const Subject& subject) {
  const auto& map = subject.map();
  const Polygons polygons(map, subject.options);
  std::string text =
      "{\"type\":\"FeatureCollection\"," +
      members(
          {{"image", {{"file_name", subject.result.name}, {"height", map.height}, {"width", map.width}}}}) +
      ",\n\"features\":[";
  bool is_first = true;
  for (const std::uint16_t label : polygons.labels()) {
    const auto shapes = polygons.with_holes(label);
    if (shapes.empty()) continue;
    text += is_first ? "\n" : ",\n";
    is_first = false;
    text += "{\"type\":\"Feature\",\"properties\":{" +
            members({{"label", label}, {"name", subject.title(label)}, {"color", hexadecimal(label)}}) +
            "},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":" + multi_polygon(shapes) + "}}";
  }
  return text + "]}\n";
}

}  // namespace relprompt::formats

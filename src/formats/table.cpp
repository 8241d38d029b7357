// Every format by name, and what is asked of whatever is given to one.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "formats/coco.h"
#include "formats/cvat.h"
#include "formats/format.h"
#include "formats/label_studio.h"
#include "formats/polygon_files.h"
#include "formats/relative_name.h"
#include "image/label_files.h"
#include "image/overlay.h"

namespace relprompt::formats {
namespace {

void labels(const Subject& subject, ByteSink& sink) {
  sink.write(image::labels_png(subject.map(), subject.classes.size()));
}

void palette(const Subject& subject, ByteSink& sink) {
  sink.write(image::palette_png(subject.map(), subject.classes.size()));
}

const Image& image_of(const Subject& subject) {
  if (subject.result.image != nullptr) return *subject.result.image;
  throw Error(ErrorCode::kBadArgument, fmt::format("the overlay of {} needs the image", subject.result.name),
              "set ImageResult::image");
}

void overlay(const Subject& subject, ByteSink& sink) {
  sink.write(image::overlay_jpg(image_of(subject), subject.map(), subject.classes, subject.options.overlay));
}

void overlay_png(const Subject& subject, ByteSink& sink) {
  sink.write(image::overlay_png(image_of(subject), subject.map(), subject.classes, subject.options.overlay));
}

void report(const Subject& subject, ByteSink& sink) {
  if (subject.result.report.empty()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("the report on {} is made elsewhere", subject.result.name),
                "set ImageResult::report to what Reporter::report returns");
  }
  sink.write(subject.result.report);
}

}  // namespace

const std::vector<FormatRow>& format_table() {
  static const std::vector<FormatRow> table = {
      {"labels", "the label of every pixel", ".labels.png", labels, nullptr, {}},
      {"palette", "the same in colours", ".palette.png", palette, nullptr, {}},
      {"overlay", "colours over the image with a legend", ".overlay.jpg", overlay, nullptr, {}},
      {"overlay-png", "the same without loss", ".overlay.png", overlay_png, nullptr, {}},
      {"scores", "[class, row, column]", ".scores.npy", nullptr, nullptr, {}},
      {"json", "pixel counts, protocol and timings; written last", ".json", report, nullptr, {}},
      {"coco", "COCO, masks as RLE", nullptr, nullptr, coco_part, {{"coco.json", begin_coco}}},
      {"coco-polygons",
       "COCO, masks as polygons",
       nullptr,
       nullptr,
       coco_polygons_part,
       {{"coco-polygons.json", begin_coco_polygons}},
       true},
      {"coco-panoptic",
       "COCO's panoptic PNG",
       ".panoptic.png",
       panoptic_png,
       panoptic_part,
       {{"coco-panoptic.json", begin_panoptic}}},
      {"labelme", "LabelMe", ".labelme.json", labelme_json, nullptr, {}, true},
      {"labelstudio",
       "Label Studio, brush masks",
       nullptr,
       nullptr,
       label_studio_brush_part,
       {{"labelstudio.json", begin_label_studio_brush}, {"labelstudio.xml", begin_brush_interface}}},
      {"labelstudio-polygons",
       "Label Studio, polygons",
       nullptr,
       nullptr,
       label_studio_polygons_part,
       {{"labelstudio-polygons.json", begin_label_studio_polygons},
        {"labelstudio-polygons.xml", begin_polygon_interface}},
       true},
      {"cvat", "CVAT, segmentation mask 1.1", nullptr, nullptr, cvat_part, {{"cvat.zip", begin_cvat}}},
      {"yolo-seg", "YOLO, polygons", ".txt", yolo_text, nullptr, {{"data.yaml", begin_yolo_names}}, true},
      {"geojson", "polygons in pixels", ".geojson", geo_json, nullptr, {}, true},
  };
  return table;
}

const FormatRow& find_format(std::string_view name) {
  const auto& table = format_table();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.name == name; });
  if (found != table.end()) return *found;
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const auto& row : table) names.emplace_back(row.name);
  throw Error(ErrorCode::kBadArgument,
              fmt::format("no format is called \"{}\"; there are {}", name, fmt::join(names, ", ")));
}

void check(const OutputOptions& options) {
  if (std::isfinite(options.simplify) && options.simplify >= 0) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("polygons cannot be simplified by {} pixels: 0 or more", options.simplify));
}

void check(const Subject& subject) {
  const LabelMap& map = subject.map();
  const auto pixels = static_cast<std::uint64_t>(std::max(map.height, 0)) *
                      static_cast<std::uint64_t>(std::max(map.width, 0));
  if (pixels == 0 || map.labels.size() != pixels) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: {}x{} pixels with {} labels is no label map", subject.result.name, map.width,
                            map.height, map.labels.size()));
  }
  if (pixels > 0xFFFFFFFF) {
    throw Error(ErrorCode::kImageTooLarge, fmt::format("{}: {} pixels; masks are written of less than 2^32",
                                                       subject.result.name, pixels));
  }
  for (const std::uint16_t label : map.labels) {
    if (label < subject.classes.size() || label == LabelMap::kUnknown) continue;
    throw Error(ErrorCode::kBadArgument, fmt::format("{}: label {} of only {} classes", subject.result.name,
                                                     label, subject.classes.size()));
  }
  require_relative(subject.result.stem, "an image's files");
  check(subject.options);
}

}  // namespace relprompt::formats

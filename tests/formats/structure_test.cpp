// What each format's files say, through the public interface alone: structure, names, and masks that are the
// label map again.
#include <algorithm>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "relprompt/output.h"

#include "decoders.h"
#include "image/png_reader.h"
#include "maps.h"
#include "test_support.h"

namespace relprompt::test {
namespace {

using nlohmann::json;

/// A format's files, by name.
std::map<std::string, std::string> files_of(const std::string& format, const LabelMap& map,
                                            std::size_t classes, const OutputOptions& options = {}) {
  const ImageResult result{"north/street.jpg", "north/street", map};
  std::map<std::string, std::string> files;
  for (auto& file : encode_output(format, result, numbered_classes(classes), options))
    files[file.name] = std::move(file.bytes);
  return files;
}

/// Puts a mask's label into a map that begins unknown everywhere; nothing may be put twice.
class Rebuilt {
 public:
  explicit Rebuilt(const LabelMap& like) : map_(like) {
    std::fill(map_.labels.begin(), map_.labels.end(), LabelMap::kUnknown);
  }

  void put(const Mask& mask, std::size_t label) {
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if (!mask[i]) continue;
      EXPECT_EQ(map_.labels[i], LabelMap::kUnknown) << "pixel " << i << " is in two masks";
      map_.labels[i] = static_cast<std::uint16_t>(label);
    }
  }

  const std::vector<std::uint16_t>& labels() const { return map_.labels; }

 private:
  LabelMap map_;
};

std::size_t label_named(const std::string& name) {
  return std::stoul(name.substr(std::string("class ").size()));
}

void expect_categories(const json& document, std::size_t classes) {
  ASSERT_EQ(document.at("categories").size(), classes);
  for (std::size_t i = 0; i < classes; ++i) {
    EXPECT_EQ(document["categories"][i]["id"], i + 1);
    EXPECT_EQ(document["categories"][i]["name"], "class " + std::to_string(i));
  }
  ASSERT_EQ(document.at("images").size(), 1u);
  EXPECT_EQ(document["images"][0]["id"], 1);
  EXPECT_EQ(document["images"][0]["file_name"], "north/street.jpg");
  EXPECT_TRUE(document.contains("info") && document.contains("licenses"));
}

TEST(CocoFile, HoldsTheMap) {
  for (const auto& [name, map, classes] : difficult_maps()) {
    const auto files = files_of("coco", map, classes);
    ASSERT_EQ(files.size(), 1u);
    const json document = json::parse(files.at("coco.json"));
    if (classes < 100) expect_categories(document, classes);
    Rebuilt rebuilt(map);
    std::size_t id = 0, category = 0;
    for (const json& one : document.at("annotations")) {
      EXPECT_EQ(one.at("id"), ++id);
      EXPECT_EQ(one.at("image_id"), 1);
      EXPECT_EQ(one.at("iscrowd"), 0);
      EXPECT_LT(category, one.at("category_id").get<std::size_t>())
          << name << ": one a class, in their order";
      category = one["category_id"];
      ASSERT_EQ(one.at("segmentation").at("size"), json({map.height, map.width}));
      const Mask mask = decode_coco(one["segmentation"]["counts"], map.height, map.width);
      EXPECT_EQ(one.at("area"), std::count(mask.begin(), mask.end(), true)) << name;
      rebuilt.put(mask, category - 1);
    }
    EXPECT_EQ(rebuilt.labels(), map.labels) << name;
  }
}

TEST(CocoFile, HoldsTheMapAsPolygons) {
  for (const auto& [name, map, classes] : difficult_maps()) {
    const json document = json::parse(files_of("coco-polygons", map, classes).at("coco-polygons.json"));
    Rebuilt rebuilt(map);
    for (const json& one : document.at("annotations")) {
      std::vector<Line> lines;
      for (const json& polygon : one.at("segmentation")) lines.push_back(flat_line(polygon));
      const Mask mask = fill_even_odd(lines, map.height, map.width);
      EXPECT_EQ(one.at("area"), std::count(mask.begin(), mask.end(), true)) << name;
      rebuilt.put(mask, one.at("category_id").get<std::size_t>() - 1);
    }
    EXPECT_EQ(rebuilt.labels(), map.labels) << name;
  }
}

TEST(CocoFile, AreaAndBoxAreThoseOfThePolygonsThatAreWritten) {
  OutputOptions options;
  options.min_polygon = 3;
  const auto map = drawn_map({"aaa.a", "a.a..", "aaa.a"});
  const json document = json::parse(files_of("coco-polygons", map, 1, options).at("coco-polygons.json"));
  ASSERT_EQ(document["annotations"].size(), 1u);
  EXPECT_EQ(document["annotations"][0]["area"], 9) << "the hole is filled";
  EXPECT_EQ(document["annotations"][0]["bbox"], json({0, 0, 3, 3}));
}

TEST(PanopticFiles, NumberThePixels) {
  const LabelMap map = noise(30, 40, 1000, 0.1, 4);
  const auto files = files_of("coco-panoptic", map, 1000);
  ASSERT_EQ(files.size(), 2u);
  const auto& png = files.at("north/street.panoptic.png");
  const Image image = decode_image(reinterpret_cast<const std::uint8_t*>(png.data()), png.size());
  std::map<std::size_t, std::size_t> pixels;
  for (std::size_t i = 0; i < map.labels.size(); ++i) {
    const std::size_t id = image.rgb[3 * i] + 256U * image.rgb[3 * i + 1] + 65536U * image.rgb[3 * i + 2];
    ASSERT_EQ(id, map.labels[i] == LabelMap::kUnknown ? 0U : map.labels[i] + 1U);
    if (id > 0) ++pixels[id];
  }
  const json document = json::parse(files.at("coco-panoptic.json"));
  expect_categories(document, 1000);
  EXPECT_EQ(document["categories"][7]["isthing"], 0);
  EXPECT_EQ(document["categories"][7]["color"].size(), 3u);
  ASSERT_EQ(document["annotations"].size(), 1u);
  const json& one = document["annotations"][0];
  EXPECT_EQ(one["image_id"], 1);
  EXPECT_EQ(one["file_name"], "north/street.panoptic.png");
  ASSERT_EQ(one["segments_info"].size(), pixels.size());
  for (const json& segment : one["segments_info"]) {
    EXPECT_EQ(segment["area"], pixels.at(segment["id"]));
    EXPECT_EQ(segment["category_id"], segment["id"]);
    EXPECT_EQ(segment["bbox"].size(), 4u);
    EXPECT_EQ(segment["iscrowd"], 0);
  }
}

TEST(LabelMe, HoldsTheMap) {
  for (const auto& [name, map, classes] : difficult_maps()) {
    const auto files = files_of("labelme", map, classes);
    const json document = json::parse(files.at("north/street.labelme.json"));
    EXPECT_EQ(document["imagePath"], "north/street.jpg");
    EXPECT_EQ(document["imageHeight"], map.height);
    EXPECT_EQ(document["imageWidth"], map.width);
    EXPECT_TRUE(document.at("imageData").is_null());
    EXPECT_TRUE(document.at("version").is_string() && document.at("flags").is_object());
    Rebuilt rebuilt(map);
    for (const json& shape : document.at("shapes")) {
      EXPECT_EQ(shape["shape_type"], "polygon");
      EXPECT_TRUE(shape.at("group_id").is_null() && shape.at("flags").is_object());
      rebuilt.put(fill_even_odd({nested_line(shape["points"])}, map.height, map.width),
                  label_named(shape["label"]));
    }
    EXPECT_EQ(rebuilt.labels(), map.labels) << name;
  }
}

/// The only task of a file, with what is the same in both kinds checked.
json only_task(const std::string& text, const LabelMap& map, const std::string& type) {
  EXPECT_EQ(text.find("annotations"), std::string::npos);
  const json tasks = json::parse(text);
  EXPECT_EQ(tasks.size(), 1u);
  EXPECT_EQ(tasks[0]["data"], json({{"image", "/data/local-files/?d=north/street.jpg"}}));
  EXPECT_EQ(tasks[0].at("predictions").size(), 1u);
  EXPECT_THAT(tasks[0]["predictions"][0].at("model_version").get<std::string>(),
              testing::StartsWith("relprompt"));
  std::set<std::string> ids;
  for (const json& result : tasks[0]["predictions"][0].at("result")) {
    EXPECT_TRUE(ids.insert(result.at("id")).second);
    EXPECT_EQ(result["type"], type);
    EXPECT_EQ(result["from_name"], "label");
    EXPECT_EQ(result["to_name"], "image");
    EXPECT_EQ(result["original_width"], map.width);
    EXPECT_EQ(result["original_height"], map.height);
    EXPECT_EQ(result["image_rotation"], 0);
    EXPECT_EQ(result["value"].at(type).size(), 1u);
  }
  return tasks[0];
}

TEST(LabelStudio, HoldsTheMapAsBrushes) {
  for (const auto& [name, map, classes] : difficult_maps()) {
    if (classes > 100) continue;
    const auto files = files_of("labelstudio", map, classes);
    const json task = only_task(files.at("labelstudio.json"), map, "brushlabels");
    Rebuilt rebuilt(map);
    for (const json& result : task["predictions"][0]["result"]) {
      EXPECT_EQ(result["value"]["format"], "rle");
      const auto values = decode_brush(result["value"]["rle"].get<std::vector<std::uint8_t>>());
      Mask mask(map.labels.size());
      for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = values.at(4 * i + 3) == 255;
      rebuilt.put(mask, label_named(result["value"]["brushlabels"][0]));
    }
    EXPECT_EQ(rebuilt.labels(), map.labels) << name;
    EXPECT_THAT(files.at("labelstudio.xml"),
                testing::HasSubstr("<BrushLabels name=\"label\" toName=\"image\">"));
    EXPECT_THAT(files.at("labelstudio.xml"), testing::HasSubstr("<Label value=\"class 0\""));
  }
}

TEST(LabelStudio, HoldsTheMapAsPolygons) {
  for (const auto& [name, map, classes] : difficult_maps()) {
    const auto files = files_of("labelstudio-polygons", map, classes);
    const json task = only_task(files.at("labelstudio-polygons.json"), map, "polygonlabels");
    Rebuilt rebuilt(map);
    for (const json& result : task["predictions"][0]["result"]) {
      EXPECT_EQ(result["value"]["closed"], true);
      const Line line = nested_line(result["value"]["points"], map.width / 100.0, map.height / 100.0);
      rebuilt.put(fill_even_odd({line}, map.height, map.width),
                  label_named(result["value"]["polygonlabels"][0]));
    }
    EXPECT_EQ(rebuilt.labels(), map.labels) << name;
  }
}

TEST(LabelStudio, NamesAreEscapedInTheInterface) {
  ClassList classes = numbered_classes(1);
  classes.names[0][0] = "a \"b\" <c> & d";
  const auto map = drawn_map({"a"});
  const auto files = encode_output("labelstudio", {"a.png", "a", map}, classes);
  EXPECT_THAT(files.at(1).bytes, testing::HasSubstr("value=\"a &quot;b&quot; &lt;c> &amp; d\""));
}

TEST(Yolo, HoldsTheMap) {
  for (const auto& [name, map, classes] : difficult_maps()) {
    const auto files = files_of("yolo-seg", map, classes);
    std::istringstream text(files.at("north/street.txt"));
    Rebuilt rebuilt(map);
    for (std::string row; std::getline(text, row);) {
      std::istringstream numbers(row);
      std::size_t label = 0;
      numbers >> label;
      Line line;
      for (double x = 0, y = 0; numbers >> x >> y;) {
        EXPECT_TRUE(x >= 0 && x <= 1 && y >= 0 && y <= 1);
        line.emplace_back(x * map.width, y * map.height);
      }
      ASSERT_GE(line.size(), 3u);
      rebuilt.put(fill_even_odd({line}, map.height, map.width), label);
    }
    EXPECT_EQ(rebuilt.labels(), map.labels) << name;
    EXPECT_THAT(files.at("data.yaml"), testing::HasSubstr("names:\n  0: \"class 0\"\n"));
  }
}

TEST(GeoJson, HoldsTheMapWithHoles) {
  for (const auto& [name, map, classes] : difficult_maps()) {
    const json document = json::parse(files_of("geojson", map, classes).at("north/street.geojson"));
    EXPECT_EQ(document["type"], "FeatureCollection");
    EXPECT_EQ(document["image"]["file_name"], "north/street.jpg");
    Rebuilt rebuilt(map);
    for (const json& feature : document.at("features")) {
      EXPECT_EQ(feature["type"], "Feature");
      EXPECT_EQ(feature.at("geometry")["type"], "MultiPolygon");
      const std::size_t label = feature.at("properties").at("label");
      EXPECT_EQ(feature["properties"]["name"], "class " + std::to_string(label));
      for (const json& polygon : feature["geometry"].at("coordinates")) {
        std::vector<Line> lines;
        for (const json& ring : polygon) {
          EXPECT_EQ(ring.front(), ring.back()) << "rings are closed";
          lines.push_back(nested_line(ring));
        }
        rebuilt.put(fill_even_odd(lines, map.height, map.width), label);
      }
    }
    EXPECT_EQ(rebuilt.labels(), map.labels) << name;
  }
}

}  // namespace
}  // namespace relprompt::test

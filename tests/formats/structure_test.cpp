// What the files of LabelMe, Label Studio, YOLO and GeoJSON say, through the public interface alone:
// structure, names, and masks that are the label map again.
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include <gmock/gmock.h>

#include "rebuilt.h"

namespace relprompt::test {
namespace {

using nlohmann::json;

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

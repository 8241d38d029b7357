// COCO's files against the structure that its makers publish (cocodataset.org, "Data format": object
// detection and panoptic segmentation): which keys, of which types, and nothing else.
#include "published.h"

namespace relprompt::test {
namespace {

void expect_box(const json& box) {
  ASSERT_EQ(box.size(), 4u) << "x, y, width, height";
  for (const json& number : box) EXPECT_TRUE(number.is_number() && number >= 0) << box;
}

void expect_coco(const json& document, bool panoptic) {
  expect_fields(document,
                {{"info", "object"},
                 {"licenses", "array"},
                 {"images", "array"},
                 {"annotations", "array"},
                 {"categories", "array"}},
                "COCO");
  expect_fields(document["info"],
                {{"year?", "integer"},
                 {"version?", "string"},
                 {"description?", "string"},
                 {"contributor?", "string"},
                 {"url?", "string"},
                 {"date_created?", "string"}},
                "info");
  for (const json& image : document["images"]) {
    expect_fields(image,
                  {{"id", "integer"},
                   {"width", "integer"},
                   {"height", "integer"},
                   {"file_name", "string"},
                   {"license?", "integer"}},
                  "image");
  }
  for (const json& category : document["categories"]) {
    Fields fields = {{"id", "integer"}, {"name", "string"}, {"supercategory", "string"}};
    if (panoptic) fields.insert({{"isthing", "integer"}, {"color", "array"}});
    expect_fields(category, fields, "category");
  }
  EXPECT_EQ(document["annotations"].empty(), false);
}

void expect_object_annotation(const json& one, const char* segmentation) {
  expect_fields(one,
                {{"id", "integer"},
                 {"image_id", "integer"},
                 {"category_id", "integer"},
                 {"area", "number"},
                 {"segmentation", segmentation},
                 {"bbox", "array"},
                 {"iscrowd", "integer"}},
                "annotation");
  expect_box(one["bbox"]);
}

TEST_F(Published, CocoObjectDetection) {
  const json rle = document("coco", "coco.json"), polygons = document("coco-polygons", "coco-polygons.json");
  expect_coco(rle, false);
  for (const json& one : rle["annotations"]) {
    expect_object_annotation(one, "object");
    expect_fields(one["segmentation"], {{"counts", "string"}, {"size", "array"}}, "RLE");
    EXPECT_EQ(one["segmentation"]["size"], json({map_.height, map_.width}));
  }
  expect_coco(polygons, false);
  for (const json& one : polygons["annotations"]) {
    expect_object_annotation(one, "array");
    EXPECT_EQ(one["iscrowd"], 0) << "polygons are of single objects";
    for (const json& polygon : one["segmentation"]) {
      EXPECT_GE(polygon.size(), 6u) << "three points at least";
      EXPECT_EQ(polygon.size() % 2, 0u);
      for (const json& number : polygon) EXPECT_TRUE(number.is_number());
    }
  }
}

TEST_F(Published, CocoPanoptic) {
  const json panoptic = document("coco-panoptic", "coco-panoptic.json");
  expect_coco(panoptic, true);
  for (const json& category : panoptic["categories"]) EXPECT_EQ(category["color"].size(), 3u);
  for (const json& one : panoptic["annotations"]) {
    expect_fields(one, {{"image_id", "integer"}, {"file_name", "string"}, {"segments_info", "array"}},
                  "annotation");
    EXPECT_TRUE(files("coco-panoptic").count(one["file_name"]));
    for (const json& segment : one["segments_info"]) {
      expect_fields(segment,
                    {{"id", "integer"},
                     {"category_id", "integer"},
                     {"area", "integer"},
                     {"bbox", "array"},
                     {"iscrowd", "integer"}},
                    "segment");
      expect_box(segment["bbox"]);
      EXPECT_GT(segment["id"], 0) << "0 is what has no segment";
    }
  }
}

}  // namespace
}  // namespace relprompt::test

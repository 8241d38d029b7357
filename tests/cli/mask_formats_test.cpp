// relprompt segment --save with the formats of labelling tools: what a run leaves, and that its files about
// all images survive repetition and files of others.
#include "mask_formats.h"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "decoders.h"
#include "image/label_files.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kFormats[] = {"labels",
                                    "palette",
                                    "overlay",
                                    "scores",
                                    "json",
                                    "coco",
                                    "coco-polygons",
                                    "coco-panoptic",
                                    "labelme",
                                    "labelstudio",
                                    "labelstudio-polygons",
                                    "cvat",
                                    "yolo-seg",
                                    "geojson"};

TEST_F(MaskFormats, EveryFormatOfTwoImages) {
  std::string all;
  for (const char* format : kFormats) all += std::string(all.empty() ? "" : ",") + format;
  const Outcome outcome = save(all, {"--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(
      place_.files("out"),
      ElementsAre("a.geojson", "a.json", "a.labelme.json", "a.labels.png", "a.overlay.jpg", "a.palette.png",
                  "a.panoptic.png", "a.scores.npy", "a.txt", "coco-panoptic.json", "coco-polygons.json",
                  "coco.json", "cvat.zip", "data.yaml", "deep/b.geojson", "deep/b.json",
                  "deep/b.labelme.json", "deep/b.labels.png", "deep/b.overlay.jpg", "deep/b.palette.png",
                  "deep/b.panoptic.png", "deep/b.scores.npy", "deep/b.txt", "labelstudio-polygons.json",
                  "labelstudio-polygons.xml", "labelstudio.json", "labelstudio.xml"));
  const json run = json::parse(outcome.out);
  EXPECT_EQ(run["files"]["coco"], json({"out/coco.json"}));
  EXPECT_EQ(run["files"]["labelstudio"], json({"out/labelstudio.json", "out/labelstudio.xml"}));
  EXPECT_EQ(run["images"][0]["files"]["yolo-seg"], "out/a.txt");
  EXPECT_EQ(document("a.json")["files"]["labelme"], "a.labelme.json");
  const json labelme = document("deep/b.labelme.json");
  EXPECT_TRUE(fs::exists(place_ / "out/deep" / labelme["imagePath"].get<std::string>()))
      << labelme["imagePath"];
  EXPECT_EQ(document("labelstudio.json").size(), 2u);
}

TEST_F(MaskFormats, CocoHoldsTheLabels) {
  ASSERT_EQ(save("coco,labels", {"--unknown", "0.34"}).status, 0);
  EXPECT_THAT(place_.files("out"), ElementsAre("a.labels.png", "coco.json", "deep/b.labels.png"));
  const json coco = document("coco.json");
  ASSERT_EQ(coco["categories"].size(), 3u);
  EXPECT_EQ(coco["categories"][2]["name"], "car");
  EXPECT_THAT(names_in("coco.json"), ElementsAre("a.png", "deep/b.png"));
  for (std::size_t i = 0; i < 2; ++i) {
    const auto labels =
        image::read_labels_png(place_ / (i == 0 ? "out/a.labels.png" : "out/deep/b.labels.png"));
    std::vector<std::uint16_t> rebuilt(labels.map.labels.size(), 255);
    for (const json& one : coco["annotations"]) {
      if (one["image_id"] != i + 1) continue;
      const auto mask = decode_coco(one["segmentation"]["counts"], labels.map.height, labels.map.width);
      for (std::size_t k = 0; k < mask.size(); ++k)
        if (mask[k]) rebuilt[k] = static_cast<std::uint16_t>(one["category_id"].get<int>() - 1);
    }
    EXPECT_EQ(rebuilt, labels.map.labels);
  }
}

TEST_F(MaskFormats, AnUnknownNameListsThem) {
  const Outcome outcome = save("coco,cococo");
  EXPECT_EQ(outcome.status, 2) << outcome;
  for (const char* format : kFormats) EXPECT_THAT(outcome.err, HasSubstr(format));
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

TEST_F(MaskFormats, ASecondRunWritesTheSame) {
  const auto save_all = [&](std::vector<std::string> more) {
    ASSERT_EQ(save("coco,coco-polygons,coco-panoptic,labelstudio,cvat", std::move(more)).status, 0);
  };
  save_all({});
  const std::string coco = read_text(place_ / "out/coco.json"), zip = read_text(place_ / "out/cvat.zip");
  save_all({});
  EXPECT_EQ(read_text(place_ / "out/coco.json"), coco);
  EXPECT_EQ(read_text(place_ / "out/cvat.zip"), zip);
  fs::remove(place_ / "out/coco.json");
  const Outcome resumed = save("coco", {"--resume", "--json"});
  EXPECT_EQ(json::parse(resumed.out)["totals"]["skipped"], 2) << resumed;
  EXPECT_EQ(read_text(place_ / "out/coco.json"), coco) << "from what was kept of each image";
}

TEST_F(MaskFormats, AnImageMoreIsAddedByResume) {
  ASSERT_EQ(save("coco").status, 0);
  write_test_image(place_ / "in/c.png", 64, 64, 3);
  const Outcome outcome = save("coco", {"--resume", "--json"});
  EXPECT_EQ(json::parse(outcome.out)["totals"]["done"], 1) << outcome;
  EXPECT_THAT(names_in("coco.json"), ElementsAre("a.png", "c.png", "deep/b.png"));
}

TEST_F(MaskFormats, WhatWasKeptMustBeAsItWasWritten) {
  ASSERT_EQ(save("coco").status, 0);
  const std::string coco = read_text(place_ / "out/coco.json");
  write_text(place_ / "out/.relprompt-parts/a.coco", "changed");
  const Outcome changed = save("coco", {"--resume"});
  EXPECT_EQ(changed.status, 3) << "a changed file stays, as everywhere" << changed;
  EXPECT_THAT(changed.err, HasSubstr("a.coco"));
  fs::remove_all(place_ / "out/.relprompt-parts");
  const Outcome gone = save("coco", {"--resume", "--json"});
  EXPECT_EQ(json::parse(gone.out)["totals"]["done"], 2) << gone;
  EXPECT_EQ(read_text(place_ / "out/coco.json"), coco);
}

TEST_F(MaskFormats, ResumeKnowsHowPolygonsWereMade) {
  ASSERT_EQ(save("coco,geojson", {"--simplify", "1"}).status, 0);
  const auto skipped = [&](const std::string& formats, std::vector<std::string> more) {
    more.insert(more.end(), {"--resume", "--json"});
    const Outcome outcome = save(formats, more);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return json::parse(outcome.out)["totals"]["skipped"].get<int>();
  };
  EXPECT_EQ(skipped("coco,geojson", {"--simplify", "1"}), 2);
  EXPECT_EQ(skipped("coco", {}), 2) << "runs of pixels are not simplified";
  EXPECT_EQ(skipped("geojson", {"--simplify", "1", "--min-polygon", "9"}), 0);
  EXPECT_EQ(skipped("geojson", {"--simplify", "1"}), 0);
  EXPECT_EQ(skipped("geojson", {"--simplify", "1"}), 2);
}

TEST_F(MaskFormats, AFileOfOthersStays) {
  for (const char* name : {"coco.json", "cvat.zip", "labelstudio.xml", "data.yaml"}) {
    fs::remove_all(place_ / "out");
    write_text(place_ / "out" / name, "of a user");
    for (const char* force : {"--quiet", "--force"}) {
      const Outcome outcome = save("coco,cvat,labelstudio,yolo-seg", {force});
      EXPECT_EQ(outcome.status, 3) << outcome;
      EXPECT_THAT(outcome.err, HasSubstr(name)) << outcome;
      EXPECT_THAT(place_.files("out"), ElementsAre(name)) << "nothing was begun";
      EXPECT_EQ(read_text(place_ / "out" / name), "of a user");
    }
  }
}

TEST_F(MaskFormats, AChangedFileStays) {
  ASSERT_EQ(save("coco").status, 0);
  write_text(place_ / "out/coco.json", "edited");
  const Outcome outcome = save("coco");
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("coco.json"));
  EXPECT_EQ(read_text(place_ / "out/coco.json"), "edited");
}

TEST_F(MaskFormats, AnImageMayNotTakeTheNameOfAFileOfTheRun) {
  write_test_image(place_ / "in/coco.png", 64, 64);
  const Outcome outcome = save("coco,json");
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("out/coco.json")) << outcome;
  EXPECT_EQ(save("coco,labels").status, 0);
}

TEST_F(MaskFormats, AFailedImageIsNotInTheFile) {
  write_text(place_ / "in/b.png", "no image");
  EXPECT_EQ(save("coco,cvat").status, 3);
  EXPECT_THAT(names_in("coco.json"), ElementsAre("a.png", "deep/b.png"));
  fs::remove_all(place_ / "in/deep");
  fs::remove(place_ / "in/a.png");
  fs::remove_all(place_ / "out");
  EXPECT_EQ(save("coco").status, 3);
  EXPECT_FALSE(fs::exists(place_ / "out")) << "nothing came of it";
}

}  // namespace
}  // namespace relprompt::test

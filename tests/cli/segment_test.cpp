// relprompt segment on the tiny CLIP: every kind of output, every legal kind of image.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "image/label_files.h"
#include "image_maker.h"
#include "tiny_segment.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Segment : public TinySegment {
 protected:
  json report(const std::string& stem) const {
    return json::parse(read_text(place_ / ("out/" + stem + ".json")));
  }
};

TEST_F(Segment, WritesLabelsOverlayAndJson) {
  write_test_image(place_ / "street.png", 90, 130);
  const Outcome outcome = segment({"street.png", "--classes", "road;street, sky, car"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("street.png: ")) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("1 image in ")) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("street.json", "street.labels.png", "street.overlay.jpg"));

  const auto stored = image::read_labels_png(place_ / "out/street.labels.png");
  ASSERT_EQ(stored.map.height, 90);
  ASSERT_EQ(stored.map.width, 130);
  std::vector<std::uint64_t> counts(3);
  for (const std::uint16_t label : stored.map.labels) ++counts.at(label);
  const json document = report("street");
  ASSERT_EQ(document["classes"].size(), 3u);
  double shares = 0;
  for (std::size_t label = 0; label < 3; ++label) {
    EXPECT_EQ(document["classes"][label]["pixels"], counts[label]);
    shares += document["classes"][label]["share"].get<double>();
  }
  EXPECT_NEAR(shares, 1, 1e-9);
  EXPECT_EQ(document["classes"][0]["name"], "road");
  EXPECT_EQ(document["classes"][0]["other_names"], json({"street"}));
  EXPECT_EQ(document["unknown"]["pixels"], 0);
}

TEST_F(Segment, ReportStatesProtocolAndModel) {
  write_test_image(place_ / "a.png", 90, 130);
  const Outcome outcome =
      segment({"a.png", "-c", "road, sky", "--seen", "sky", "--calibration", "0.25", "--unknown", "-0.5"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  const json document = report("a");
  EXPECT_EQ(document["height"], 90);
  EXPECT_EQ(document["width"], 130);
  EXPECT_EQ(document["resized_height"], 64);
  EXPECT_EQ(document["resized_width"], 92);  // int(130 * 64 / 90 + 0.5)
  EXPECT_EQ(document["windows"], 2);
  const json& protocol = document["protocol"];
  EXPECT_EQ(protocol["short_side"], 64);
  EXPECT_EQ(protocol["window"], 64);
  EXPECT_EQ(protocol["stride"], 53);
  EXPECT_EQ(protocol["seen"], json({1}));
  EXPECT_FLOAT_EQ(protocol["calibration"].get<float>(), 0.25f);
  EXPECT_FLOAT_EQ(protocol["unknown_below"].get<float>(), -0.5f);
  EXPECT_EQ(protocol["templates"], json({"a photo of a {}"}));
  EXPECT_EQ(document["model"]["variant"], "none");
  EXPECT_EQ(document["model"]["device"], "cpu");
  EXPECT_EQ(document["model"]["sha256"].get<std::string>().size(), 64u);
  EXPECT_GT(document["seconds"]["network"].get<double>(), 0);
}

TEST_F(Segment, WritesEveryKindThatIsAskedFor) {
  write_test_image(place_ / "a.png", 70, 64);
  const Outcome outcome =
      segment({"a.png", "-c", "road, sky", "--save", "overlay, labels,palette,scores,json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(place_.files("out"),
              ElementsAre("a.json", "a.labels.png", "a.overlay.jpg", "a.palette.png", "a.scores.npy"));
  const std::string half = read_text(place_ / "out/a.scores.npy");
  EXPECT_THAT(half, HasSubstr("'<f2'"));
  EXPECT_THAT(half, HasSubstr("(2, 70, 64)"));
  ASSERT_EQ(segment({"a.png", "-c", "road, sky", "--save", "scores", "--scores-type", "float32"}).status, 0);
  EXPECT_THAT(read_text(place_ / "out/a.scores.npy"), HasSubstr("'<f4'"));
}

TEST_F(Segment, UnknownPixelsHaveTheirOwnLabel) {
  write_test_image(place_ / "a.png", 64, 64);
  ASSERT_EQ(segment({"a.png", "-c", "road, sky", "--unknown", "1"}).status, 0);
  EXPECT_EQ(report("a")["unknown"]["pixels"], 64 * 64);
  for (const std::uint16_t label : image::read_labels_png(place_ / "out/a.labels.png").map.labels) {
    ASSERT_EQ(label, 255);
  }
}

TEST_F(Segment, MirrorsFoldersAndSolvesClashes) {
  write_test_image(place_ / "images/a.png", 64, 64, 1);
  write_test_image(place_ / "images/deep/er/b.png", 64, 64, 2);
  write_text(place_ / "images/a.jpg", encode(".jpg", gradient(64, 64)));
  const Outcome outcome = segment({"images", "-c", "road, sky", "--save", "labels"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(place_.files("out"),
              ElementsAre("a.jpg.labels.png", "a.png.labels.png", "deep/er/b.labels.png"));
}

TEST_F(Segment, SecondRunBesideTheImagesDoesNotTakeItsOwnResults) {
  write_test_image(place_ / "out/a.png", 64, 64);
  for (int time = 0; time < 2; ++time) {
    ASSERT_EQ(segment({"out", "-c", "road, sky"}).status, 0);
    EXPECT_THAT(place_.files("out"), ElementsAre("a.json", "a.labels.png", "a.overlay.jpg", "a.png"));
  }
}

TEST_F(Segment, GlobsAndStrangeNames) {
  write_test_image(place_ / "in/\xE8\xA1\x97 caf\xC3\xA9.png", 64, 64);
  write_test_image(place_ / "in/[odd].png", 64, 64);
  write_test_image(place_ / "in/two\nlines.png", 64, 64);
  write_test_image(place_ / "in/broken\xFF.png", 64, 64);
  const Outcome outcome = segment({"in/*.png", "-c", "\xE7\xA9\xBA, road", "--save", "json", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(json::parse(outcome.out)["totals"]["done"], 4);
  EXPECT_EQ(report("\xE8\xA1\x97 caf\xC3\xA9")["classes"][0]["name"], "\xE7\xA9\xBA");
}

TEST_F(Segment, AFolderInSquareBracketsIsAPath) {
  write_test_image(place_ / "[set]/a.png", 64, 64);
  const Outcome outcome = segment({"[set]", "-c", "road, sky", "--save", "labels"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("a.labels.png"));
}

TEST_F(Segment, LegalExtremesOfImages) {
  const auto save = [&](const char* name, const Samples& samples) {
    const std::string extension = fs::path(name).extension();
    write_text(place_ / name, encode(extension == ".tif" ? ".tiff" : extension, samples));
  };
  fs::create_directory(place_ / "in");
  save("in/dot.png", gradient(1, 1));
  save("in/grey.png", gradient(40, 50, 1));
  save("in/alpha.png", gradient(40, 50, 4));
  save("in/deep.png", gradient(40, 50, 3, 16));
  save("in/image.jpg", gradient(40, 50));
  save("in/image.webp", gradient(40, 50));
  save("in/image.bmp", gradient(40, 50));
  save("in/image.tif", gradient(40, 50));
  save("in/wide.png", gradient(10, 300));
  const Outcome outcome = segment({"in", "-c", "road, sky", "--save", "labels,palette,overlay,scores,json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(place_.files("out").size(), 9u * 5);
  EXPECT_EQ(image::read_labels_png(place_ / "out/dot.labels.png").map.labels.size(), 1u);
  EXPECT_EQ(image::read_labels_png(place_ / "out/wide.labels.png").map.width, 300);
}

TEST_F(Segment, FiveThousandClasses) {
  std::string list;
  for (int i = 0; i < 5000; ++i) list += "thing " + std::to_string(i) + "\n";
  write_text(place_ / "classes.txt", list);
  write_test_image(place_ / "a.png", 64, 64);
  const Outcome outcome = segment({"a.png", "--class-file", "classes.txt"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(image::read_labels_png(place_ / "out/a.labels.png").bits, 16);
  EXPECT_EQ(report("a")["classes"].size(), 5000u);
}

TEST_F(Segment, ClassesFromFileVocabularyAndAtSign) {
  write_test_image(place_ / "a.png", 64, 64);
  write_text(place_ / "mine.txt", "road  # drivable\nsky\n");
  ASSERT_EQ(segment({"a.png", "--classes", "@mine.txt"}).status, 0);
  const Outcome forgotten = segment({"a.png", "--classes", "mine.txt"});
  EXPECT_EQ(forgotten.status, 2) << forgotten;
  EXPECT_THAT(forgotten.err, HasSubstr("--class-file mine.txt"));
  EXPECT_EQ(report("a")["classes"][1]["name"], "sky");
  const Outcome outcome = segment({"a.png", "--vocabulary", "voc-20", "--seen", "auto"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(report("a")["classes"].size(), 20u);
  EXPECT_EQ(report("a")["protocol"]["seen"].size(), 15u);
}

TEST_F(Segment, JsonOnStdoutTellsOfTheWholeRun) {
  write_test_image(place_ / "a.png", 64, 64);
  write_text(place_ / "b.png", "no image");
  const Outcome outcome = segment({"a.png", "b.png", "-c", "road, sky", "--json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  const json document = json::parse(outcome.out);
  ASSERT_EQ(document["images"].size(), 2u);
  EXPECT_EQ(document["images"][0]["status"], "done");
  EXPECT_EQ(document["images"][0]["files"]["labels"], "out/a.labels.png");
  EXPECT_EQ(document["images"][1]["status"], "failed");
  EXPECT_EQ(document["errors"][0]["input"], "b.png");
  EXPECT_EQ(document["errors"][0]["code"], "not_an_image");
  EXPECT_EQ(document["totals"]["done"], 1);
  EXPECT_EQ(document["totals"]["failed"], 1);
  EXPECT_EQ(document["totals"]["complete"], true);
}

TEST_F(Segment, QuietSaysNothing) {
  write_test_image(place_ / "a.png", 64, 64);
  const Outcome outcome = segment({"a.png", "-c", "road, sky", "--quiet"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out + outcome.err, IsEmpty());
}

TEST_F(Segment, SameInputGivesSameLabels) {
  write_test_image(place_ / "a.png", 90, 130);
  ASSERT_EQ(segment({"a.png", "-c", "road, sky, car"}).status, 0);
  const std::string first = read_text(place_ / "out/a.labels.png");
  ASSERT_EQ(segment({"a.png", "-c", "road, sky, car", "--batch", "1", "--no-cache"}).status, 0);
  EXPECT_EQ(read_text(place_ / "out/a.labels.png"), first) << "neither batch nor cache may change a label";
}

}  // namespace
}  // namespace relprompt::test

// How images are decoded, from the command line: chosen bands and ranges, limits, what is said, and that
// damaged files are named once and without lines of other libraries.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "image_maker.h"
#include "program.h"
#include "tiff_maker.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ImageDecoding : public testing::Test {
 protected:
  void SetUp() override { write_tiny_clip(place_.path()); }

  Outcome run(std::vector<std::string> arguments) const {
    for (const char* word :
         {"--model", "tiny.safetensors", "--vocab", "merges.txt", "-c", "road, sky", "-o", "out"}) {
      arguments.emplace_back(word);
    }
    return place_.run(arguments);
  }

  Outcome segment(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "segment");
    for (const char* word : {"--short-side", "32", "--window", "32", "--stride", "32"}) {
      arguments.emplace_back(word);
    }
    return run(std::move(arguments));
  }

  void write_bands(const std::string& name) const {
    TiffMake make;
    make.extra = {0};
    write_text(place_ / name, write_tiff(gradient(40, 50, 4, 16), make));
  }

  Workplace place_;
};

TEST_F(ImageDecoding, WhatIsLeftOutIsSaidOnceAndInTheReport) {
  write_bands("a.tif");
  write_bands("b.tif");
  const Outcome outcome = segment({"a.tif", "b.tif", "--save", "json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("a.tif: the first 3 of 4 bands"), Not(HasSubstr("b.tif: the first"))));
  const auto report = json::parse(read_text(place_ / "out/b.json"));
  ASSERT_EQ(report["notes"].size(), 1u);
  EXPECT_THAT(report["notes"][0].get<std::string>(), HasSubstr("first 3 of 4 bands"));
}

TEST_F(ImageDecoding, BandsAndRangeArePartOfTheProtocol) {
  write_bands("a.tif");
  const Outcome outcome = segment({"a.tif", "--save", "json", "--bands", "4,3,2", "--range", "0, 40000.5"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("bands 4, 3, 2 of 4"));
  const auto report = json::parse(read_text(place_ / "out/a.json"));
  EXPECT_EQ(report["protocol"]["bands"], json({4, 3, 2}));
  EXPECT_EQ(report["protocol"]["range"], json({0.0, 40000.5}));
}

TEST_F(ImageDecoding, BadBandsAndRangesAreRefusedBeforeTheModel) {
  write_bands("a.tif");
  for (const char* bad : {"1,2", "0,1,2", "1,2,x", "1.5,2,3", "1,,2", "99999,1,2"}) {
    EXPECT_EQ(segment({"a.tif", "--bands", bad}).status, 2) << bad;
  }
  for (const char* bad : {"1", "5,5", "9,3", "a,b", "nan,3"}) {
    EXPECT_EQ(segment({"a.tif", "--range", bad}).status, 2) << bad;
  }
  const Outcome missing = segment({"a.tif", "--bands", "5,4,3"});
  EXPECT_THAT(missing.err, HasSubstr("has no band 5"));
  EXPECT_EQ(missing.status, 2) << missing;
}

TEST_F(ImageDecoding, TheLimitOnDecodedPixelsIsNamed) {
  write_text(place_ / "a.png", encode(".png", gradient(40, 50)));
  const Outcome outcome = segment({"a.png", "--max-decoded-pixels", "1999"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("at most 1999 pixels"), HasSubstr("--max-decoded-pixels")));
  EXPECT_EQ(segment({"a.png", "--max-decoded-pixels", "2000"}).status, 0);
}

TEST_F(ImageDecoding, DamagedFilesPrintNothingButOurOwnMessage) {
  for (const char* extension : {".jpg", ".png", ".tiff", ".webp", ".bmp"}) {
    std::string bytes = encode(extension, gradient(40, 50));
    bytes.resize(bytes.size() * 2 / 3);
    const std::string name = std::string("a") + extension;
    write_text(place_ / name, bytes);
    const Outcome outcome = segment({name});
    EXPECT_EQ(outcome.status, 3) << outcome;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(name), Not(HasSubstr("OpenCV")), Not(HasSubstr("imdecode")),
                                   Not(HasSubstr("libpng error")), Not(HasSubstr("TIFFRead"))));
  }
}

TEST_F(ImageDecoding, AnalyzeTakesTheSameOptions) {
  write_bands("a.tif");
  const Outcome outcome = run({"analyze", "distance", "a.tif", "--bands", "4,3,2", "--short-side", "32"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("bands 4, 3, 2 of 4"));
}

}  // namespace
}  // namespace relprompt::test

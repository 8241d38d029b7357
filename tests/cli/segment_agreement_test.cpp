// What the files of one image say about each other: labels, scores and report.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "image/label_files.h"
#include "tiny_segment.h"

namespace relprompt::test {
namespace {

using nlohmann::json;

class SegmentAgreement : public TinySegment {
 protected:
  void SetUp() override {
    TinySegment::SetUp();
    write_test_image(place_ / "a.png", 120, 150);
  }

  Outcome segment(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "a.png");
    return TinySegment::segment(std::move(arguments));
  }

  image::StoredLabels labels() const { return image::read_labels_png(place_ / "out/a.labels.png"); }
};

std::string names(std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += "thing " + std::to_string(i) + "\n";
  return list;
}

double value_of_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  const double size = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (half & 0x8000) != 0 ? -size : size;
}

/// The numbers of STEM.scores.npy.
std::vector<double> scores_in(const std::string& bytes) {
  const std::size_t header =
      10 + static_cast<unsigned char>(bytes[8]) + 256 * static_cast<unsigned char>(bytes[9]);
  const bool half = bytes.find("<f2") < header;
  std::vector<double> scores;
  for (std::size_t at = header; at < bytes.size(); at += half ? 2 : 4) {
    std::uint16_t bits = 0;
    float number = 0;
    if (half) {
      std::memcpy(&bits, bytes.data() + at, 2);
    } else {
      std::memcpy(&number, bytes.data() + at, 4);
    }
    scores.push_back(half ? value_of_half(bits) : static_cast<double>(number));
  }
  return scores;
}

TEST_F(SegmentAgreement, TheArgMaxOfTheScoresIsTheLabel) {
  constexpr std::size_t kClasses = 60;
  write_text(place_ / "list.txt", names(kClasses));
  for (const char* type : {"float16", "float32"}) {
    const Outcome outcome =
        segment({"--class-file", "list.txt", "--save", "scores,labels", "--scores-type", type});
    ASSERT_EQ(outcome.status, 0) << outcome;
    const auto scores = scores_in(read_text(place_ / "out/a.scores.npy"));
    const auto map = labels().map.labels;
    ASSERT_EQ(scores.size(), kClasses * map.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < map.size(); ++i) {
      std::size_t best = 0;
      for (std::size_t c = 1; c < kClasses; ++c) {
        if (scores[c * map.size() + i] > scores[best * map.size() + i]) best = c;
      }
      different += best != map[i];
    }
    EXPECT_EQ(different, 0u) << "of " << map.size() << " pixels, " << type;
  }
}

TEST_F(SegmentAgreement, TheReportNamesTheLabelThatIsInTheFile) {
  for (const std::size_t classes : {std::size_t{3}, std::size_t{255}, std::size_t{256}}) {
    write_text(place_ / "list.txt", names(classes));
    ASSERT_EQ(segment({"--class-file", "list.txt", "--unknown", "1", "--save", "labels,json"}).status, 0);
    const auto stored = labels();
    const json report = json::parse(read_text(place_ / "out/a.json"));
    EXPECT_EQ(stored.bits, classes < 256 ? 8 : 16);
    EXPECT_EQ(report["unknown"]["pixels"], stored.map.labels.size()) << "no score reaches 2";
    EXPECT_EQ(report["unknown"]["label"], stored.map.labels.front()) << classes;
    EXPECT_EQ(report["unknown"]["color"], "#000000");
  }
}

}  // namespace
}  // namespace relprompt::test

// Interrupting a run and going on with it.
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "image/label_files.h"
#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr int kImages = 60;

class Resume : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_clip(place_.path());
    write_test_image(place_ / "in/00.png", 300, 400);
  }

  std::vector<std::string> command(const std::string& classes, bool resume) const {
    std::vector<std::string> words = {
        "segment", "in",         "--json", "-c",  classes,        "--model", "tiny.safetensors",
        "--vocab", "merges.txt", "-o",     "out", "--short-side", "64",      "--window",
        "64",      "--stride",   "16"};
    if (resume) words.emplace_back("--resume");
    return words;
  }

  json totals(const std::string& classes, bool resume, const std::string& save = "") const {
    auto words = command(classes, resume);
    if (!save.empty()) words.insert(words.end(), {"--save", save});
    const Outcome outcome = place_.run(words);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return json::parse(outcome.out)["totals"];
  }

  bool wait_for(const fs::path& path) const {
    for (int tries = 0; tries < 30'000 && !fs::exists(path); ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return fs::exists(path);
  }

  Workplace place_;
};

TEST_F(Resume, SkipsWhatIsDone) {
  EXPECT_EQ(totals("road, sky", false)["done"], 1);
  const json again = totals("road, sky", true);
  EXPECT_EQ(again["done"], 0);
  EXPECT_EQ(again["skipped"], 1);
}

TEST_F(Resume, DoesAgainWhatLacksAFile) {
  EXPECT_EQ(totals("road, sky", false)["done"], 1);
  fs::remove(place_ / "out/00.labels.png");
  EXPECT_EQ(totals("road, sky", true)["done"], 1);
  EXPECT_TRUE(fs::exists(place_ / "out/00.labels.png"));
}

TEST_F(Resume, DoesNotMixResultsOfOtherClasses) {
  EXPECT_EQ(totals("road, sky", false)["done"], 1);
  EXPECT_EQ(totals("road, car", true)["done"], 1);
  EXPECT_EQ(json::parse(read_text(place_ / "out/00.json"))["classes"][1]["name"], "car");
}

TEST_F(Resume, DoesAgainAnImageThatWasReplaced) {
  for (const char* save : {"labels,overlay,json", "labels"}) {
    fs::remove_all(place_ / "out");
    write_test_image(place_ / "in/00.png", 300, 400);
    EXPECT_EQ(totals("road, sky", false, save)["done"], 1);
    fs::remove(place_ / "in/00.png");
    write_test_image(place_ / "in/00.png", 90, 130);
    EXPECT_EQ(totals("road, sky", true, save)["done"], 1) << save;
    EXPECT_EQ(image::read_labels_png(place_ / "out/00.labels.png").map.width, 130) << save;
    EXPECT_EQ(totals("road, sky", true, save)["skipped"], 1) << save;
  }
}

/// A BMP file of 64x64 pixels: always the same size, whatever is on it.
void write_bmp(const fs::path& path, char value) {
  std::string bytes("BM\x36\x30\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x40\0\0\0\x40\0\0\0\x01\0\x18\0", 30);
  bytes.resize(54, '\0');
  bytes.append(std::size_t{64} * 64 * 3, value);
  write_text(path, bytes);
}

TEST_F(Resume, ContentDecidesWhereOnlyTheTimeIsAnother) {
  fs::remove(place_ / "in/00.png");
  write_bmp(place_ / "in/00.bmp", 10);
  EXPECT_EQ(totals("road, sky", false, "labels")["done"], 1);
  fs::last_write_time(place_ / "in/00.bmp", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(totals("road, sky", true, "labels")["skipped"], 1) << "only touched";
  const auto time = fs::last_write_time(place_ / "in/00.bmp");
  write_bmp(place_ / "in/00.bmp", 90);
  fs::last_write_time(place_ / "in/00.bmp", time);
  EXPECT_EQ(totals("road, sky", true, "labels")["done"], 1) << "the size and the time of the old one";
}

TEST_F(Resume, DoesAgainWhatAnotherRunWroteOver) {
  EXPECT_EQ(totals("road, sky", false)["done"], 1);
  EXPECT_EQ(totals("road, car", false, "labels")["done"], 1);
  EXPECT_EQ(totals("road, sky", true)["done"], 1);
  EXPECT_EQ(totals("road, car", false, "palette")["done"], 1);
  EXPECT_EQ(totals("road, car", true, "labels,palette")["done"], 1) << "the labels are of road and sky";
  EXPECT_EQ(totals("road, car", true, "labels,palette")["skipped"], 1);
}

TEST_F(Resume, EditedLabelsStay) {
  EXPECT_EQ(totals("road, sky", false)["done"], 1);
  write_text(place_ / "out/00.labels.png", "corrected by hand");
  EXPECT_EQ(totals("road, sky", true)["skipped"], 1);
  auto words = command("road, car", true);
  const Outcome outcome = place_.run(words);
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("out/00.labels.png is there already and was changed")) << outcome;
  EXPECT_EQ(read_text(place_ / "out/00.labels.png"), "corrected by hand");
}

TEST_F(Resume, TwoProcessesShareAFolder) {
  fs::create_directory(place_ / "more");
  for (int i = 10; i < 30; ++i)
    fs::copy_file(place_ / "in/00.png", place_ / ("in/" + std::to_string(i) + ".png"));
  for (int i = 50; i < 60; ++i)
    fs::copy_file(place_ / "in/00.png", place_ / ("more/" + std::to_string(i) + ".png"));
  const pid_t first = place_.start(command("road, sky", false));
  auto words = command("road, sky", false);
  words[1] = "more";
  const Outcome second = place_.run(words);
  int status = -1;
  ASSERT_EQ(::waitpid(first, &status, 0), first);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(second.status, 0) << second;
  EXPECT_EQ(place_.files("out").size(), 3u * 31);
  EXPECT_EQ(totals("road, sky", true)["skipped"], 21);
}

TEST_F(Resume, InterruptedRunEndsCleanlyAndGoesOn) {
  for (int i = 1; i < kImages; ++i) {
    fs::copy_file(place_ / "in/00.png",
                  place_ / ("in/" + std::string(i < 10 ? "0" : "") + std::to_string(i) + ".png"));
  }
  const pid_t process = place_.start(command("road, sky", false));
  ASSERT_TRUE(wait_for(place_ / "out/00.json"));
  ::kill(process, SIGINT);
  const Outcome outcome = place_.wait(process);
  ASSERT_EQ(outcome.status, 130) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("--resume")) << outcome;
  const int done = json::parse(outcome.out)["totals"]["done"];
  EXPECT_LT(done, kImages);
  EXPECT_EQ(place_.files("out").size(), static_cast<std::size_t>(done) * 3)
      << "whole images only, no temporary file";
  const json rest = totals("road, sky", true);
  EXPECT_EQ(rest["skipped"], done);
  EXPECT_EQ(rest["done"], kImages - done);
}

}  // namespace
}  // namespace relprompt::test

// Interrupting and resuming: the same counts in the end, and no state of another evaluation or damaged one.
#include "eval/progress_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "eval/run_identity.h"
#include "label_maker.h"
#include "test_support.h"

namespace relprompt::eval {
namespace {

using relprompt::test::read_text;
using relprompt::test::TemporaryFolder;
using relprompt::test::write_text;
using test::numbered_classes;

const std::vector<std::string> kImages{"a.jpg", "b.jpg", "c.jpg", "d\xFF.jpg"};
constexpr std::size_t kClasses = 20;

ProtocolStatement protocol() {
  ProtocolStatement protocol;
  protocol.data_set = "VOC-20";
  protocol.calibration = 0.1;
  return protocol;
}

ProgressFile file_at(const std::filesystem::path& path) {
  return {path, protocol(), numbered_classes(kClasses), kImages};
}

// Evaluates image number `done`; the second cannot be read.
void step(Progress& progress) {
  const std::string& image = kImages.at(progress.done);
  if (progress.done == 1) {
    progress.skipped.push_back(image);
  } else {
    const auto pair = test::random_pair({17, 23, kClasses, kClasses, 255, true}, progress.done);
    progress.confusion.add(image, pair.prediction, pair.truth, 255);
    progress.scores.push_back(score_image(image, pair.prediction, pair.truth, kClasses, 255));
  }
  ++progress.done;
}

TEST(ProgressFile, AnEvaluationResumedAfterEveryImageIsTheUndisturbedOne) {
  const TemporaryFolder folder;
  const auto path = folder / "run/progress.json";
  EXPECT_FALSE(file_at(path).load());
  Progress whole(kClasses);
  for (std::size_t i = 0; i < kImages.size(); ++i) {
    step(whole);
    const ProgressFile file = file_at(path);
    auto progress = file.load();
    ASSERT_EQ(progress.has_value(), i > 0);
    if (!progress) progress.emplace(kClasses);
    ASSERT_EQ(progress->done, i);
    step(*progress);
    file.save(*progress);
  }
  const auto resumed = file_at(path).load();
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->done, kImages.size());
  EXPECT_EQ(resumed->confusion.cells(), whole.confusion.cells());
  EXPECT_EQ(resumed->confusion.images(), 3u);
  EXPECT_EQ(resumed->confusion.ignored(), whole.confusion.ignored());
  EXPECT_EQ(resumed->skipped, (std::vector<std::string>{"b.jpg"}));
  EXPECT_EQ(to_json_lines(resumed->scores), to_json_lines(whole.scores));
}

TEST(ProgressFile, KeepsNamesThatAreNoUtf8) {
  const TemporaryFolder folder;
  const std::vector<std::string> images = {"a\xFF%.jpg", "b\xC3.jpg"};
  const ProgressFile file(folder / "p", protocol(), numbered_classes(kClasses), images);
  Progress progress(kClasses);
  progress.skipped = {images[1]};
  const auto pair = test::random_pair({17, 23, kClasses, kClasses, 255, true}, 0);
  progress.confusion.add(images[0], pair.prediction, pair.truth, 255);
  progress.scores.push_back(score_image(images[0], pair.prediction, pair.truth, kClasses, 255));
  progress.done = 2;
  file.save(progress);
  const auto read = file.load();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->skipped, progress.skipped);
  EXPECT_EQ(read->scores[0].image, images[0]);
}

TEST(ProgressFile, WorksForTotalsToo) {
  const TemporaryFolder folder;
  const ProgressFile file(folder / "p", protocol(), numbered_classes(5000), {"a"});
  Progress progress(5000);
  progress.confusion.add("a", test::row({4999}), test::row({0}), 65535);
  progress.done = 1;
  file.save(progress);
  EXPECT_EQ(file.load()->confusion.cells(), progress.confusion.cells());
}

// A saved state of two images, and the path.
std::filesystem::path saved(const TemporaryFolder& folder) {
  Progress progress(kClasses);
  step(progress);
  step(progress);
  file_at(folder / "p").save(progress);
  return folder / "p";
}

TEST(ProgressFile, RefusesAStateOfAnotherEvaluation) {
  const TemporaryFolder folder;
  const auto path = saved(folder);
  ProtocolStatement uncalibrated = protocol();
  uncalibrated.calibration.reset();
  const auto classes = numbered_classes(kClasses);
  EXPECT_ERROR(ProgressFile(path, uncalibrated, classes, kImages).load(), ErrorCode::kBadArgument,
               "belongs to another evaluation: calibration is 0.1 there and null here");
  EXPECT_ERROR(ProgressFile(path, protocol(), numbered_classes(21), kImages).load(), ErrorCode::kBadArgument,
               "classes is 20 there and 21 here");
  auto renamed = classes;
  renamed.names[3] = {"car", "vehicle"};
  EXPECT_ERROR(ProgressFile(path, protocol(), renamed, kImages).load(), ErrorCode::kBadArgument,
               "classes_sha256");
  EXPECT_ERROR(ProgressFile(path, protocol(), classes, {"a.jpg"}).load(), ErrorCode::kBadArgument,
               "images is 4 there and 1 here");
  auto swapped = kImages;
  std::swap(swapped[0], swapped[1]);
  EXPECT_ERROR(ProgressFile(path, protocol(), classes, swapped).load(), ErrorCode::kBadArgument,
               "images_sha256");
  EXPECT_TRUE(file_at(path).load());
}

TEST(ProgressFile, TheClassHashKeepsNamesClassesAndSplitApart) {
  std::vector<ClassList> lists(6);
  lists[0].names = {{"ab"}, {"c"}};
  lists[1].names = {{"a"}, {"bc"}};
  lists[2].names = {{"ab", "c"}, {"c"}};
  lists[3] = lists[0];
  lists[3].seen = {true, false};
  lists[4] = lists[0];
  lists[4].seen = {false, true};
  lists[5].names = {{"ab"}, {"c", "c"}};
  std::vector<std::string> hashes;
  for (const auto& list : lists) hashes.push_back(identity_of({}, list, {})["classes_sha256"]);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(hashes[i], hashes[j]) << i << " " << j;
  }
  EXPECT_NE(identity_of({}, {}, {"ab", "c"})["images_sha256"],
            identity_of({}, {}, {"a", "bc"})["images_sha256"]);
}

TEST(ProgressFile, EveryDamagedByteAndEveryCutIsNoticed) {
  const TemporaryFolder folder;
  const auto path = saved(folder);
  const std::string good = read_text(path);
  for (std::size_t i = 0; i < good.size(); i += 37) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x04);
    write_text(path, bad);
    EXPECT_ERROR(file_at(path).load(), ErrorCode::kUnreadable, path.string());
    write_text(path, good.substr(0, i));
    EXPECT_ERROR(file_at(path).load(), ErrorCode::kUnreadable, "delete it to start");
  }
  write_text(path, good);
  EXPECT_TRUE(file_at(path).load());
}

TEST(ProgressFile, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  EXPECT_ERROR(file_at(folder.path()).load(), ErrorCode::kUnreadable, folder.path().string());
  EXPECT_ERROR(file_at("/proc/no/such/p").save(Progress(kClasses)), ErrorCode::kNotWritable, "/proc/no");
}

TEST(ProgressFile, RefusesNumbersThatContradictEachOtherUnderARightHash) {
  const TemporaryFolder folder;
  const auto path = saved(folder);
  const std::string good = read_text(path);
  const auto body = nlohmann::json::parse(good.substr(good.find('\n') + 1));
  const auto refuse = [&](const nlohmann::json& forged, const std::string& fragment, ErrorCode code) {
    const std::string text = forged.dump() + "\n";
    Sha256 digest;
    digest.update(text);
    write_text(path, R"({"format":"relprompt evaluation 1","sha256":")" + digest.hex() + "\"}\n" + text);
    EXPECT_ERROR(file_at(path).load(), code, fragment);
  };
  const auto expect_refused = [&](const char* key, const nlohmann::json& value, const std::string& fragment,
                                  ErrorCode code = ErrorCode::kUnreadable) {
    auto forged = body;
    forged[key] = value;
    refuse(forged, fragment, code);
  };
  expect_refused("done", 5, "5 of 4 images are done");
  expect_refused("done", 3, "1 images counted and 1 skipped are not the 3 done");
  expect_refused("done", 0, "are not the 0 done");
  expect_refused("done", -1, "\"done\" is no whole number");
  expect_refused("skipped", {1}, "\"skipped\" holds something that is no name");
  expect_refused("skipped", 1, "\"skipped\" is no list");
  expect_refused("scores", {body["scores"][0], body["scores"][0]}, "2 scores for 1 images");
  expect_refused("scores", {1}, "no object that could hold");
  expect_refused("confusion", nlohmann::json::object(), "\"format\" is missing");
  auto smaller = body["confusion"];
  smaller["classes"] = 19;
  smaller["rows"].erase(19);
  for (auto& row : smaller["rows"]) row = nlohmann::json::array({0, 1});
  expect_refused("confusion", smaller, "another number of classes");
  // 0 done less 1 skipped must not wrap around to the number of images.
  auto wrapping = body;
  wrapping["done"] = 0;
  wrapping["confusion"]["images"] = ~std::uint64_t{0};
  wrapping["confusion"]["ignored"] = 0;
  for (auto& row : wrapping["confusion"]["rows"]) row = nlohmann::json::array();
  wrapping["confusion"]["rows"][0] = {0, ~std::uint64_t{0}};
  refuse(wrapping, "1 skipped are not the 0 done", ErrorCode::kUnreadable);
  expect_refused("run", 1, "its description is no JSON object", ErrorCode::kBadArgument);
  expect_refused("run", nlohmann::json::object(), "classes is null there", ErrorCode::kBadArgument);
  auto newer = body["run"];
  newer["protocol"]["added later"] = true;
  expect_refused("run", newer, "does not know", ErrorCode::kBadArgument);
  newer["protocol"] = 3;
  expect_refused("run", newer, "its protocol is no JSON object", ErrorCode::kBadArgument);
}

TEST(ProgressFile, DoesNotSaveContradictionsAndKeepsTheOlderFile) {
  const TemporaryFolder folder;
  const auto path = saved(folder);
  const std::string good = read_text(path);
  Progress progress(kClasses);
  progress.done = 1;
  EXPECT_ERROR(file_at(path).save(progress), ErrorCode::kInternal, "0 images counted and 0 skipped");
  EXPECT_EQ(read_text(path), good);
}

}  // namespace
}  // namespace relprompt::eval

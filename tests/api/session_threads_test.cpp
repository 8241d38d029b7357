// Sessions of one model in threads of their own: the labels of one after the other, and nothing written to
// what they share (which ThreadSanitizer sees where it can: docs/development/README.md).
#include <algorithm>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "relprompt/segmenter.h"

#include "tiny_session.h"

namespace relprompt {
namespace {

class SessionThreads : public test::TinySession {
 protected:
  using Labels = std::vector<std::uint16_t>;

  /// All of a session's work on its thread: embedding the names, and two images of different sizes.
  static std::vector<Labels> label(const Model& model, const char* classes) {
    Segmenter segmenter(model, ClassSet(model, parse_class_list(classes)));
    std::vector<Labels> found;
    for (const auto& image : {make_image(64, 100), make_image(90, 64, 1)}) {
      found.push_back(segmenter.segment(image).labels.labels);
    }
    return found;
  }
};

class SessionThreadsIn : public SessionThreads, public testing::WithParamInterface<const char*> {};

TEST_P(SessionThreadsIn, LabelAsOneAfterTheOther) {
  auto options = one_thread();
  options.precision = GetParam();
  const Model model(folder(), options);
  const std::vector<const char*> lists = {"road, sky, tree", "car;vehicle, house"};
  std::vector<std::vector<Labels>> expected, found(lists.size());
  for (const char* list : lists) expected.push_back(label(model, list));
  std::filesystem::remove_all(scratch_ / "cache");  // so that both write to the cache as well
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    threads.emplace_back([&, i] { found[i] = label(model, lists[i]); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(found, expected);
  const auto& labels = expected[0][0];
  EXPECT_NE(*std::min_element(labels.begin(), labels.end()), *std::max_element(labels.begin(), labels.end()))
      << "an image of one label would compare nothing";
}

INSTANTIATE_TEST_SUITE_P(Precisions, SessionThreadsIn, testing::Values("fp32", "bf16", "int8"),
                         [](const auto& chosen) { return std::string(chosen.param); });

TEST_F(SessionThreads, AThreadsErrorIsItsOwn) {
  const Model model(folder(), one_thread());
  const ClassSet classes(model, parse_class_list("road, sky"));
  std::vector<Labels> found;
  bool failed = false;
  std::thread good([&] { found = label(model, "road, sky"); });
  std::thread bad([&] {
    SegmentOptions options;
    options.max_pixels = 1;
    Segmenter segmenter(model, classes);
    try {
      segmenter.segment(make_image(64, 64), options);
    } catch (const Error& error) {
      failed = error.code() == ErrorCode::kImageTooLarge;
    }
  });
  good.join();
  bad.join();
  EXPECT_TRUE(failed);
  EXPECT_EQ(found, label(model, "road, sky"));
}

}  // namespace
}  // namespace relprompt

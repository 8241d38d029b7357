// An embedding is of its text alone: the cache keeps it for runs with other names and other threads, whose
// labels must be those of a run without a cache.
#include "segmenter/name_encoder.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <omp.h>

namespace relprompt::segmenter {
namespace {

const std::vector<std::string> kTemplates = {"a photo of a {}.", "a large {}."};

class NameEncoders : public testing::Test {
 protected:
  void TearDown() override { omp_set_num_threads(threads_); }

  const int threads_ = omp_get_max_threads();
  const model::ModelFiles model_ = model::open_model(RELPROMPT_SOURCE_DIR "/models/demo");
  NameEncoder encoder_ = NameEncoder(model_, {}, kTemplates, false);
};

TEST_F(NameEncoders, BitsDependNeitherOnOtherNamesNorOnThreads) {
  // More than one batch of the tower, texts of many lengths.
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 40; ++i) names.push_back(std::string(1 + i % 12, 'a') + std::to_string(i));
  omp_set_num_threads(1);
  const auto together = encoder_.encode(names);
  const auto width = together.size() / names.size();
  for (const std::size_t group : {1, 3, 17}) {
    omp_set_num_threads(group == 1 ? 1 : 2);
    std::vector<float> apart;
    for (std::size_t i = 0; i < names.size(); i += group) {
      const auto end = std::min(i + group, names.size());
      const auto some = encoder_.encode(
          {names.begin() + static_cast<std::ptrdiff_t>(i), names.begin() + static_cast<std::ptrdiff_t>(end)});
      apart.insert(apart.end(), some.begin(), some.end());
    }
    ASSERT_EQ(apart.size(), names.size() * width);
    EXPECT_EQ(apart, together) << "in groups of " << group;
  }
}

TEST_F(NameEncoders, SayHowTheyCompute) {
  const auto text = computation_text();
  EXPECT_NE(text.find("steps "), std::string::npos) << text;
  EXPECT_NE(text.find("oneDNN "), std::string::npos) << text;
  EXPECT_EQ(text, computation_text());
}

}  // namespace
}  // namespace relprompt::segmenter

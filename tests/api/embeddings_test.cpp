// Segmenter::set_embeddings: ready-made embeddings that nothing can be compared with are refused.
#include <cstdlib>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "relprompt/error.h"
#include "relprompt/segmenter.h"

#include "test_support.h"
#include "tiny_models.h"

namespace relprompt {
namespace {

TEST(Embeddings, NeedADirection) {
  const test::TemporaryFolder scratch;
  ::setenv("XDG_CACHE_HOME", (scratch / "cache").c_str(), 1);
  model::ModelConfig config;
  config.clip = test::tiny_config();
  config.test = model::TestProtocol::for_tower(config.clip.vision);
  test::write_hashed_model(scratch / "model", config);
  Segmenter segmenter(scratch / "model");
  const auto width = static_cast<std::size_t>(segmenter.joint_width());
  std::vector<float> rows(2 * width, 1.0f);
  EXPECT_NO_THROW(segmenter.set_embeddings(rows.data(), 2));
  rows[width] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_ERROR(segmenter.set_embeddings(rows.data(), 2), ErrorCode::kBadArgument,
               "embedding 1 has the length nan");
  rows[width] = std::numeric_limits<float>::infinity();
  EXPECT_ERROR(segmenter.set_embeddings(rows.data(), 2), ErrorCode::kBadArgument, "embedding 1");
  rows.assign(2 * width, 0.0f);
  EXPECT_ERROR(segmenter.set_embeddings(rows.data(), 2), ErrorCode::kBadArgument,
               "embedding 0 has the length 0");
}

}  // namespace
}  // namespace relprompt

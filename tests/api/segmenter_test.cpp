// relprompt::Segmenter as an object: what is left of one that was moved from.
#include "relprompt/segmenter.h"

#include <utility>

#include <gtest/gtest.h>

#include "model/model_config.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt {
namespace {

TEST(Segmenter, OneThatWasMovedFromSaysSoEverywhere) {
  const test::TemporaryFolder scratch;
  model::ModelConfig config;
  config.clip = test::tiny_config();
  config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
  config.test = model::TestProtocol::for_tower(config.clip.vision);
  test::write_hashed_model(scratch / "model", config);
  Segmenter first(scratch / "model");
  const std::vector<float> rows(static_cast<std::size_t>(first.joint_width()) * 2, 1.0f);
  first.set_embeddings(rows.data(), 2);
  Segmenter second = std::move(first);
  EXPECT_EQ(second.class_count(), 2u);

  const Image image{64, 64, std::vector<std::uint8_t>(64 * 64 * 3)};
  const auto refused = [](auto&& call) { EXPECT_ERROR(call(), ErrorCode::kBadArgument, "was moved from"); };
  // NOLINTBEGIN(bugprone-use-after-move)
  refused([&] { first.set_classes(parse_class_list("road")); });
  refused([&] { first.set_embeddings(rows.data(), 2); });
  refused([&] { first.segment(image); });
  refused([&] { first.attention_maps(image); });
  refused([&] { first.attention_distances(image); });
  refused([&] { first.class_count(); });
  refused([&] { first.joint_width(); });
  refused([&] { first.text_tower_ran(); });
  refused([&] { first.unknown_words(); });
  refused([&] { first.known_words(); });
  refused([&] { first.model_hash(); });
  refused([&] { first.variant(); });
  refused([&] { first.resolve({}); });
  Segmenter third = std::move(first);
  refused([&] { third.class_count(); });
  first = std::move(second);
  EXPECT_EQ(first.class_count(), 2u) << "assigning makes it whole again";
  EXPECT_EQ(first.segment(image).labels.width, 64);
  // NOLINTEND(bugprone-use-after-move)
}

}  // namespace
}  // namespace relprompt

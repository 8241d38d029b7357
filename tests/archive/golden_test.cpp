// Parity on checkpoints written by PyTorch (tools/reference): one network in four formats.
#include <cmath>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "archive/tensor_archive.h"
#include "look_at.h"
#include "test_support.h"

namespace relprompt::archive {
namespace {

using test::values_of;
using testing::ElementsAre;

const TensorView& need(const TensorArchive& archive, std::string_view name) {
  const TensorView* found = archive.find(name);
  if (found == nullptr) throw std::runtime_error("no tensor " + std::string(name));
  return *found;
}

void expect_equal(const TensorView& a, const TensorView& b) {
  EXPECT_EQ(a.dtype, b.dtype) << a.name;
  EXPECT_EQ(a.shape, b.shape) << a.name;
  ASSERT_EQ(a.bytes, b.bytes) << a.name;
  EXPECT_EQ(std::memcmp(a.data, b.data, a.bytes), 0) << a.name << " and " << b.name << " differ";
}

// IEEE half to float for normal numbers and zero, which is all these weights are made of.
float from_half(std::uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(half & 1023), -24)
                                        : std::ldexp(static_cast<float>((half & 1023) + 1024), exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

struct Pair {
  const char* clip;
  const char* hugging_face;
};

constexpr Pair kPairs[] = {
    {"logit_scale", "logit_scale"},
    {"positional_embedding", "text_model.embeddings.position_embedding.weight"},
    {"token_embedding.weight", "text_model.embeddings.token_embedding.weight"},
    {"visual.class_embedding", "vision_model.embeddings.class_embedding"},
    {"visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"},
    {"visual.ln_post.bias", "vision_model.post_layernorm.bias"},
    {"visual.transformer.resblocks.1.mlp.c_fc.weight", "vision_model.encoder.layers.1.mlp.fc1.weight"},
    {"transformer.resblocks.0.ln_2.weight", "text_model.encoder.layers.0.layer_norm2.weight"},
};

TEST(Golden, OpenClipEqualsHuggingFace) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto hugging_face = open_archive(shared / "golden/tiny/clip_hf");
  const auto open_clip = open_archive(shared / "golden/tiny/clip_openclip.pt");
  EXPECT_EQ(hugging_face->tensors().size(), 142u);
  EXPECT_EQ(hugging_face->metadata().at("format"), "pt");
  EXPECT_EQ(open_clip->tensors().size(), 110u);
  for (const Pair& pair : kPairs) {
    expect_equal(need(*open_clip, std::string("module.") + pair.clip),
                 need(*hugging_face, pair.hugging_face));
  }
}

TEST(Golden, TheTransposedProjectionAgrees) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto hugging_face = open_archive(shared / "golden/tiny/clip_hf");
  const auto open_clip = open_archive(shared / "golden/tiny/clip_openclip.pt");
  const TensorView& there = need(*hugging_face, "visual_projection.weight");  // [E,D]
  const TensorView& here = need(*open_clip, "module.visual.proj");            // [D,E]
  ASSERT_THAT(here.shape, ElementsAre(there.shape.at(1), there.shape.at(0)));
  const auto a = values_of<float>(here);
  const auto b = values_of<float>(there);
  const auto width = static_cast<std::size_t>(here.shape[0]);
  const auto joint = static_cast<std::size_t>(here.shape[1]);
  for (std::size_t d = 0; d < width; ++d) {
    for (std::size_t e = 0; e < joint; ++e) ASSERT_EQ(a[d * joint + e], b[e * width + d]);
  }
}

TEST(Golden, TorchScriptHoldsTheSameNetworkInHalfPrecision) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto open_clip = open_archive(shared / "golden/tiny/clip_openclip.pt");
  const auto openai = open_archive(shared / "golden/tiny/clip_openai.pt");
  EXPECT_EQ(openai->tensors().size(), 113u);
  EXPECT_THAT(values_of<std::int64_t>(need(*openai, "context_length")), ElementsAre(77));
  EXPECT_THAT(values_of<std::int64_t>(need(*openai, "vocab_size")), ElementsAre(49408));
  EXPECT_THAT(need(*openai, "input_resolution").shape, testing::IsEmpty());
  EXPECT_EQ(need(*openai, "logit_scale").dtype, DType::kF32);
  for (const TensorView& expected : open_clip->tensors()) {
    const TensorView& found = need(*openai, expected.name.substr(std::strlen("module.")));
    ASSERT_EQ(found.shape, expected.shape) << found.name;
    if (found.dtype == DType::kF32) continue;
    ASSERT_EQ(found.dtype, DType::kF16) << found.name;
    const auto exact = values_of<float>(expected);
    const auto half = values_of<std::uint16_t>(found);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      // Rounding to 11 bits, or to the step of the smallest numbers.
      ASSERT_NEAR(from_half(half[i]), exact[i], std::abs(exact[i]) * 0x1p-11f + 0x1p-25f) << found.name;
    }
  }
}

TEST(Golden, TheAuthorsCheckpointHoldsPromptsAndTowers) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto open_clip = open_archive(shared / "golden/tiny/clip_openclip.pt");
  const auto authors = open_archive(shared / "golden/tiny/rpn_mmseg.pth");
  EXPECT_EQ(authors->tensors().size(), 127u);
  EXPECT_THAT(need(*authors, "prompt_proj").shape, ElementsAre(16, 128));
  EXPECT_THAT(need(*authors, "backbone.deep_prompt_embeddings").shape, ElementsAre(4, 5, 128));
  EXPECT_THAT(need(*authors, "decode_head.cls_proj_1.bias").shape, ElementsAre(64));
  expect_equal(need(*authors, "backbone.conv1.weight"), need(*open_clip, "module.visual.conv1.weight"));
  expect_equal(need(*authors, "text_encoder.token_embedding.weight"),
               need(*open_clip, "module.token_embedding.weight"));
}

}  // namespace
}  // namespace relprompt::archive

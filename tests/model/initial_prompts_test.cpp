// Each trained tensor's row says what it starts as and at which rate it learns: for every method, variant and
// switch.
#include "model/initial_prompts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "model/prompt_tensors.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::model {
namespace {

class InitialPrompts : public testing::Test {
 protected:
  InitialPrompts() {
    ModelConfig config;
    config.clip = test::micro_config();
    test::write_hashed_model(scratch_ / "clip", config);
    clip_ = open_model(scratch_ / "clip");
  }

  /// Expects the starting numbers of all rows to be of the kind that the row says.
  void expect_rows(const PromptConfig& prompts) const {
    for (const auto& row : prompt_rows(clip_.config.clip, prompts)) {
      SCOPED_TRACE(row.name);
      const auto values = initial_prompt(row, clip_, 7);
      ASSERT_EQ(static_cast<std::int64_t>(values.size()), row.elements());
      EXPECT_EQ(values, initial_prompt(row, clip_, 7));
      expect_kind(row, values);
      EXPECT_EQ(row.group == RateGroup::kKnowledge, row.name == "h");
      EXPECT_EQ(rate_group_of(row.name), row.group);
    }
  }

  const test::TemporaryFolder scratch_;
  ModelFiles clip_;

 private:
  void expect_kind(const TensorRow& row, const std::vector<float>& values) const {
    const auto& vision = clip_.config.clip.vision;
    const auto range = std::minmax_element(values.begin(), values.end());
    const auto least = range.first, most = range.second;  // plain names: clang 14 captures no others
    const auto within = [&](double bound) {
      EXPECT_LE(std::max(std::abs(*least), std::abs(*most)), bound * (1 + 1e-6));
      EXPECT_NE(*least, *most) << "drawn one by one";
    };
    const auto d = static_cast<double>(vision.width);
    switch (row.initial) {
      case Initial::kZero:
      case Initial::kOne:
        EXPECT_EQ(*least, row.initial == Initial::kOne ? 1 : 0);
        EXPECT_EQ(*most, *least);
        break;
      case Initial::kKnowledge:
        return within(std::sqrt(6 / (3.0 * 8 * 8 + d)));
      case Initial::kSharedLinear:
        return within(6 * std::sqrt(2 / d));
      case Initial::kLinear:
        return within(2 * 0.02);
      case Initial::kNormal:
        return within(6 * 0.02);
      case Initial::kFanIn:
        ASSERT_GT(row.inputs, 0);
        return within(1 / std::sqrt(static_cast<double>(row.inputs)));
      case Initial::kTower:
        EXPECT_EQ(row.name.rfind("tower.", 0), 0u);
        break;
      case Initial::kNone:
        ADD_FAILURE() << "a trained tensor without initial numbers";
    }
  }
};

TEST_F(InitialPrompts, OfEveryMethod) {
  for (const auto& [method, name] : kMethodWords) {
    SCOPED_TRACE(name);
    auto prompts = test::tiny_prompts(Variant::kPaper, clip_.config.clip);
    prompts.peft.method = method;
    prompts.peft.lst_reduction = 4;
    expect_rows(prompts);
  }
}

TEST_F(InitialPrompts, OfTheOfficialVariantAndAblations) {
  expect_rows(test::tiny_prompts(Variant::kOfficial, clip_.config.clip));
  auto prompts = test::tiny_prompts(Variant::kPaper, clip_.config.clip);
  prompts.rpm.apg = Apg::kLinear;
  expect_rows(prompts);
}

TEST_F(InitialPrompts, TheTowersOwnAreCopied) {
  auto prompts = test::tiny_prompts(Variant::kPaper, clip_.config.clip);
  prompts.peft.method = Method::kFull;
  for (const auto& row : prompt_rows(clip_.config.clip, prompts)) {
    if (row.name != "tower.transformer.resblocks.1.mlp.c_fc.weight") continue;
    const auto rows = clip_.image_rows();
    const auto own = std::find_if(rows.begin(), rows.end(), [](const auto& each) {
      return each.name == "visual.transformer.resblocks.1.mlp.c_fc.weight";
    });
    ASSERT_NE(own, rows.end());
    EXPECT_EQ(initial_prompt(row, clip_, 7), to_fp32(clip_.clip->read(*own)).values());
    return;
  }
  ADD_FAILURE() << "no such row";
}

TEST_F(InitialPrompts, TensorsOfTheClipHaveNone) {
  EXPECT_ERROR(initial_prompt(clip_.image_rows().front(), clip_, 7), ErrorCode::kInternal,
               "no initial numbers");
}

}  // namespace
}  // namespace relprompt::model

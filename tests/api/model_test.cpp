// relprompt::Model: opening, what it says about itself, and that its copies are one.
#include <memory>

#include <gtest/gtest.h>

#include "relprompt/segmenter.h"

#include "tiny_session.h"

namespace relprompt {
namespace {

class SharedModel : public test::TinySession {};

TEST_F(SharedModel, SaysWhatItIs) {
  const Model model(folder(), one_thread());
  EXPECT_EQ(model.joint_width(), 64);
  EXPECT_EQ(model.variant(), "paper");
  EXPECT_EQ(model.hash().size(), 64u);
  EXPECT_TRUE(model.known_words().empty()) << "it does not state them";
  auto bare = one_thread();
  bare.training_free = true;
  EXPECT_EQ(Model(folder(), bare).variant(), "none");
}

TEST_F(SharedModel, OutlivesTheObjectItWasCopiedFrom) {
  auto first = std::make_unique<Model>(folder(), one_thread());
  const Model copy = *first;
  const auto hash = first->hash();
  first.reset();
  EXPECT_EQ(copy.hash(), hash);
  Segmenter segmenter(copy, ClassSet(copy, parse_class_list("road, sky")));
  EXPECT_EQ(segmenter.segment(make_image(40, 70)).labels.width, 70);
}

TEST_F(SharedModel, RefusesWhatItCannotOpen) {
  EXPECT_ERROR(Model(scratch_ / "nothing"), ErrorCode::kModelNotFound, "nothing");
  auto options = one_thread();
  options.precision = "fp9";
  EXPECT_ERROR(Model(folder(), options), ErrorCode::kBadArgument, "fp9");
  options = one_thread();
  options.threads = -1;
  EXPECT_ERROR(Model(folder(), options), ErrorCode::kBadArgument, "threads");
}

}  // namespace
}  // namespace relprompt

// What relprompt::KeptScores holds.
#pragma once

#include <cstddef>
#include <optional>

#include "relprompt/segmenter.h"

#include "segmenter/scored_image.h"

namespace relprompt {

struct RELPROMPT_HIDDEN KeptScores::Impl {
  Impl(const Model& of, const SegmentOptions& options) : model(of), pass(options) {}

  Model model;
  SegmentOptions pass;  ///< resolved, of the pass
  segmenter::ScoredImage scored;
  std::optional<std::size_t> background;  ///< of the class set
};

}  // namespace relprompt

// ResCLIP with semantic feedback (SFR): a first pass names the patches, and in a second one patches of one
// name attend to each other more.
#pragma once

#include "engine/resclip.h"

namespace relprompt::engine {

/// Needs to know what is asked (EncoderWorkspace::asked); without that it is resclip.
class ResClipFeedback : public ResClip {
 public:
  ResClipFeedback(LastBlock last, const model::ResClipOptions& options, std::int64_t patch)
      : ResClip(std::move(last), options), patch_(patch) {}
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;

 private:
  std::int64_t patch_;
};

}  // namespace relprompt::engine

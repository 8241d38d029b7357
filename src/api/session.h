// What else works with a Segmenter's model and memory, such as FrameSegmenter, sees of it.
#pragma once

#include "relprompt/segmenter.h"

#include "model/model_config.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/patch_scorer.h"

namespace relprompt {
namespace api {

class Session {
 public:
  virtual ~Session() = default;
  virtual segmenter::PatchScorer& scorer() = 0;
  /// Throws Error(kBadArgument) while no classes are set.
  virtual const segmenter::ClassEmbeddings& embeddings() const = 0;
  virtual const model::ModelConfig& config() const = 0;
  virtual int threads() const = 0;
};

}  // namespace api

/// That of a segmenter. Throws Error(kBadArgument) for one that was moved from.
api::Session& session_of(const Segmenter& segmenter);

}  // namespace relprompt

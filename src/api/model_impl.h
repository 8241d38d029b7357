// What relprompt::Model and ClassSet hold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "relprompt/segmenter.h"

#include "engine/network.h"
#include "model/model_files.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/patch_scorer.h"

namespace relprompt {

struct RELPROMPT_HIDDEN Model::Impl {
  Impl(const std::filesystem::path& path, const ModelOptions& options);

  /// For the CPU; this must outlive it.
  std::unique_ptr<const engine::Network> make_network(kernels::Precision numbers) const;
  /// For a session: the engine with a memory of its own; on another device what the optional library gives.
  /// This must outlive it. Throws Error(kNoDevice).
  std::unique_ptr<segmenter::PatchScorer> make_scorer() const;

  ModelOptions options;
  int threads;  ///< of a session
  kernels::Precision precision;
  model::ModelFiles files;
  std::unique_ptr<const engine::Network> network;  ///< nullptr for another device than the CPU
};

struct RELPROMPT_HIDDEN ClassSet::Impl {
  std::weak_ptr<const Model::Impl> model;  ///< the embeddings' own
  segmenter::ClassEmbeddings embeddings;
  bool text_tower_ran = false;
  std::vector<std::string> unknown_words;
};

}  // namespace relprompt

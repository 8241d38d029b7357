// Scenes and captions of the world as tensors, made ahead on other threads. Endless: no scene occurs twice.
#pragma once

#include <cstdint>
#include <memory>

#include <torch/torch.h>

#include "data/prefetch.h"
#include "model/model_config.h"
#include "text/tokenizer.h"
#include "train/pretrain_config.h"
#include "world/scene_batch.h"

namespace relprompt::train {

struct PretrainBatch {
  torch::Tensor images;    ///< [B, 3, size, size] fp32, normalised
  torch::Tensor tokens;    ///< [B, context] int64
  torch::Tensor excluded;  ///< [B, B] bool: caption j is true of scene i as well, and is not its own
};

/// [B, 3, size, size], normalised, of the images of a batch.
torch::Tensor images_of(const world::SceneBatch& scenes, int size, const model::Normalisation& image);

/// [B, B] bool, see PretrainBatch::excluded.
torch::Tensor excluded_pairs(const world::SceneBatch& scenes);

/// One object for one consumer. What comes out depends on config and position alone.
class PretrainLoader {
 public:
  /// Begins with the batch of update number `first`. The tokenizer must outlive the loader.
  PretrainLoader(const PretrainConfig& config, const text::Tokenizer& tokenizer, std::int64_t first);
  PretrainBatch next() { return batches_->next(); }

 private:
  PretrainBatch make(std::int64_t done) const;

  PretrainConfig config_;
  const text::Tokenizer& tokenizer_;
  std::unique_ptr<data::Prefetch<PretrainBatch>> batches_;  ///< last: its threads use everything above
};

/// [texts, context] int64; a text that is too long loses its end.
torch::Tensor token_rows(const text::Tokenizer& tokenizer, const std::vector<std::string>& texts,
                         std::int64_t context);

}  // namespace relprompt::train

// A frozen image encoder as the engine sees it: patches, one vector for the whole image, and a hook between
// layers.
//
// Where an encoder keeps what among its tokens is its own matter: others go by the TokenLayout it states.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/grid.h"
#include "kernels/block.h"
#include "kernels/buffer.h"

namespace relprompt::engine {

/// Normalised images of one size.
struct Images {
  const float* pixels = nullptr;  ///< [batch, 3, height, width]
  std::int64_t batch = 0, height = 0, width = 0;
};

/// Class embeddings t [rows, E], unit length.
struct Texts {
  const float* rows = nullptr;
  std::int64_t count = 0;
};

/// Which of the tokens of an image are its patches, and which stands for the whole image.
struct TokenLayout {
  std::int64_t tokens = 0;       ///< of an image
  std::int64_t first_patch = 0;  ///< the patches follow it, row by row
  std::int64_t global = 0;       ///< the token of the whole image

  std::int64_t patches() const { return tokens - first_patch; }
};

/// Tokens for the next layer alone, beside those of the images: they give keys and values, their outputs are
/// discarded. What is added must stay where it is until that layer is done.
class PromptTokens {
 public:
  /// tokens [batch, count, width], or [count, width] that all images share.
  void add(const float* tokens, std::int64_t count, bool shared) {
    parts_.push_back({tokens, count, shared});
  }
  void clear() { parts_.clear(); }

  /// Of an image, all parts together.
  std::int64_t count() const;
  /// [batch, count(), width], in the order in which they were added; a part that is alone is not copied.
  const float* joined(std::int64_t batch, std::int64_t width, kernels::Buffer<float>& memory) const;

 private:
  struct Part {
    const float* tokens;
    std::int64_t count;
    bool shared;
  };
  std::vector<Part> parts_;
};

/// What a hook sees and may change between two layers.
struct LayerState {
  std::int64_t layer = 0;   ///< layers done: 0 before the first, L after the last
  std::int64_t batch = 0;   ///< images
  Grid grid;                ///< patches of each
  TokenLayout layout;       ///< of each
  float* tokens = nullptr;  ///< [batch, layout.tokens, D]; may be written to
  PromptTokens prompt;      ///< out
};

class LayerHook {
 public:
  virtual ~LayerHook() = default;
  /// Called L + 1 times in order for each batch of images.
  virtual void between_layers(LayerState& state) = 0;
};

/// Sees the state before each layer, after the hook.
using LayerWatcher = std::function<void(const LayerState& state)>;

/// What an encoder works in; one a thread that computes.
struct EncoderWorkspace {
  kernels::BlockWorkspace blocks;
  kernels::Buffer<float> patches, prompt, tokens, next;
  Grid grid;                     ///< that `positions` are for
  std::vector<float> positions;  ///< [grid.size(), D]
  /// One a layer, if set: what enters the layer's linear layers is added to them.
  std::vector<kernels::ActivationStatistics>* sums = nullptr;
  LayerWatcher watcher;  ///< empty: nobody watches
  Texts asked;           ///< what patches will be compared with, for a head that looks twice; may be none
  /// What a dense head keeps of the layers before its own, and computes in; it says which is what.
  std::array<kernels::Buffer<float>, 16> head;
};

class VisionEncoder {
 public:
  virtual ~VisionEncoder() = default;

  virtual std::int64_t width() const = 0;   ///< D, of a token
  virtual std::int64_t joint() const = 0;   ///< E, of the space that images and texts share
  virtual std::int64_t layers() const = 0;  ///< L
  /// Patches of an image of this size, pixels; what is left at the right and bottom is not looked at.
  virtual Grid grid_of(std::int64_t height, std::int64_t width) const = 0;

  /// All layers with the hook (nullptr: none) between them. The returned state's tokens live in the workspace
  /// until the next pass.
  virtual LayerState encode(const Images& images, LayerHook* hook, EncoderWorkspace& workspace) const = 0;

  /// Tokens into the joint space, unit length. x [rows, D] -> y [rows, E].
  virtual void project(const float* x, std::int64_t rows, float* y, kernels::Buffer<float>& memory) const = 0;
};

}  // namespace relprompt::engine

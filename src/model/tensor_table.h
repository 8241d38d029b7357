// The table of tensors: our name, the names elsewhere and the shape of each, in one row.
//
// Loading, importing, saving, counting and error messages all read these rows. A row is written once for all
// layers; expand() turns a table into one row a tensor for given sizes.
//
// Non-goal: guessing. A style is recognised by one marker tensor; after that every name is looked up exactly.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace relprompt::model {

/// Whose names a checkpoint uses.
enum class CheckpointFormat {
  kNative,       ///< ours, which for the towers are OpenAI CLIP's (also open_clip's)
  kHuggingFace,  ///< transformers.CLIPModel
  kMmseg,        ///< the RPN authors' mmsegmentation checkpoints
  kTimm,         ///< open_clip's with an image tower of the timm library (model/timm_tower.h)
};

const char* name_of(CheckpointFormat format) noexcept;

/// Sizes by letter, as shapes in the tables are written: 'D' width, 'P' patch, ...
using Sizes = std::map<char, std::int64_t>;

/// One line of a table, with "{i}" for the layer number.
struct TableLine {
  const char* name;  ///< our name
  const char*
      hugging_face;   ///< "{qkv}" stands for three tensors stacked; a leading '^' for transposed; "" for none
  const char* mmseg;  ///< "" for none
  const char* shape;  ///< letters of Sizes and numbers, separated by spaces; "" for a scalar
  char repeat = 0;    ///< letter of Sizes that says how many layers there are; 0 for a single tensor
  bool optional = false;  ///< may be absent in files; then it is not loaded
};

/// What a trained tensor holds before it is trained; D width of the tower, P patch.
enum class Initial {
  kNone,  ///< not trained here
  kZero,
  kOne,
  kKnowledge,     ///< uniform in +-sqrt(6 / (3 P^2 + D)): the authors' pixel knowledge and visual prompts
  kSharedLinear,  ///< normal of variance 2 / D: their linear layer after both
  kLinear,        ///< normal of deviation 0.02, cut off at two deviations
  kNormal,        ///< normal of deviation 0.02, not cut off: weights of their projection head
  kFanIn,         ///< uniform in +-1/sqrt(inputs of the layer), LibTorch's default for linear layers
  kTower,         ///< what the tensor of the same name in the CLIP's image tower holds
};

/// Parameters that share a learning rate.
enum class RateGroup { kKnowledge, kRest };

/// One line of a table of trained tensors, which Hugging Face's models do not have.
struct TrainedLine {
  const char* name;  ///< as in TableLine, and so are the others
  const char* mmseg;
  const char* shape;
  Initial initial;
  char repeat = 0;
  RateGroup group = RateGroup::kRest;
  char inputs = 0;  ///< letter of Sizes: inputs of the layer, for kFanIn
  /// What the official variant starts as; kNone: as `initial` says.
  Initial released = Initial::kNone;
};

/// Where a tensor comes from in a file of some style.
struct Source {
  std::vector<std::string> names;  ///< one, or several stacked along dimension 0; empty if the style has none
  bool transposed = false;
  bool batched = false;  ///< dimensions of 1 may stand before those of the row
};

/// One tensor of a model of known sizes.
struct TensorRow {
  std::string name;
  std::vector<std::int64_t> shape;
  Source hugging_face, mmseg, timm;
  bool optional = false;
  Initial initial = Initial::kNone;
  RateGroup group = RateGroup::kRest;
  std::int64_t inputs = 0;  ///< of the layer that it belongs to, where the initial values depend on them

  Source source(CheckpointFormat format) const;
  std::int64_t elements() const;
};

/// All rows of a table for these sizes. Throws Error(kInternal) for a letter without a size.
std::vector<TensorRow> expand(const std::vector<TableLine>& table, const Sizes& sizes);
/// `released`: with the starting values of the official variant.
std::vector<TensorRow> expand(const std::vector<TrainedLine>& table, const Sizes& sizes,
                              bool released = false);

}  // namespace relprompt::model

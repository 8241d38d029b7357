// The settings of relationship prompts and of the projection head, and the words that config.json has for
// them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/words.h"

namespace relprompt::model {

/// The two forms of the network: what the authors' released code runs, and what the paper describes.
enum class Variant { kPaper, kOfficial };
inline constexpr Word<Variant> kVariantWords[] = {{Variant::kPaper, "paper"},
                                                  {Variant::kOfficial, "official"}};

/// Where prompt tokens come from (docs/development/decisions/0004-baselines-and-ablations.md).
enum class Apg {
  kKnowledge,  ///< Eq. 3: Linear(m^T h)
  kLinear      ///< ablation: one linear layer from the cells of the grid, m^T W + b, without h
};

inline constexpr Word<Apg> kApgWords[] = {{Apg::kKnowledge, "knowledge"}, {Apg::kLinear, "linear"}};

/// How prompts meet the tokens of the next layer (the same page).
enum class Merge {
  kConcatenation,  ///< as tokens beside them, whose outputs are discarded
  kAddition,       ///< x + r, r the prompts brought back to the patches
  kHadamard        ///< x * (1 + r)
};

inline constexpr Word<Merge> kMergeWords[] = {
    {Merge::kConcatenation, "concatenation"}, {Merge::kAddition, "addition"}, {Merge::kHadamard, "hadamard"}};

/// M2oE (paper, Eq. 1 and 12-15).
struct M2oeOptions {
  std::int64_t rank = 3;     ///< r, channels of the bottleneck
  std::int64_t experts = 4;  ///< expert j works at scale 1/2^j, j = 0, 1, ...
  std::int64_t top_k = 2;    ///< experts an image uses
  bool gate = true;          ///< false: all experts, equally weighted ("multi-scale" of the ablation)
};

/// Which of the two levels of attention are used (paper, Eq. 2); both but in the ablation of table 6.
struct ItpOptions {
  bool image_level = true;  ///< classes are weighted by the class token; false: m = p t^T
  bool pixel_level = true;  ///< a score for every patch; false: all patches get the class token's score
};

struct RpmOptions {
  Variant variant = Variant::kPaper;
  std::int64_t knowledge_grid = 32;        ///< patches a side of the grid that h is stored on
  std::int64_t visual_prompt_tokens = 10;  ///< official only: VPT tokens of each layer
  /// Official only: share of the prompts' numbers that training sets to 0, in [0, 1). The authors' code drops
  /// both kinds of prompt, visual and relationship, after their shared linear layer, anew for every image.
  double prompt_dropout = 0.1;
  bool use_m2oe = true;  ///< paper only; false: ablation without M2oE
  M2oeOptions m2oe;
  ItpOptions itp;
  Apg apg = Apg::kKnowledge;  ///< kLinear: paper only, since the official variant's Linear serves two
  Merge merge = Merge::kConcatenation;
  std::vector<std::int64_t> layers;  ///< 1-based layers that give prompts; empty: all but the last
};

/// Whether a layer, counted from 1, gives prompts in a tower of so many layers.
bool gives_prompt(const RpmOptions& options, std::int64_t layer, std::int64_t layers);

/// What the text side of the projection head's product is made of (paper, Eq. 5-7): (a) t, (b) t * g,
/// (c) both, concatenated.
enum class Form { kA, kB, kC };
inline constexpr Word<Form> kFormWords[] = {{Form::kA, "a"}, {Form::kB, "b"}, {Form::kC, "c"}};

struct LpmOptions {
  Form form = Form::kC;
  bool second_text_linear = false;  ///< official variant: one more linear layer in the text branch
  bool trained = true;              ///< false: training-free, linears and norms are the identity
  /// Training-free only: logits are sums of cosines over this, 0.001 to 100. 1 keeps them in [-2, 2], where
  /// cross entropy and sigmoids hardly tell classes apart; CLIP itself was trained with 0.01 to 0.07.
  double temperature = 1;
};

/// Multiply-adds of a layer's prompts once the pixel knowledge is mapped.
struct PromptCost {
  double with_map = 0;     ///< m = p t^T, then m^T (h W^T)
  double without_map = 0;  ///< p^T (h W^T), then t times that: 439 classes and more on a ViT-B/16
};
PromptCost prompt_cost(double classes, double patches, double joint, double width);

}  // namespace relprompt::model

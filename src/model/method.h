// The baselines of the paper's tables 10 and 11: which part of a frozen CLIP is tuned, and how large the
// parts that a method adds are.
#pragma once

#include <cstdint>
#include <string>

#include "base/words.h"
#include "model/clip_config.h"

namespace relprompt::model {

/// All of them train the projection head (LPM) as well.
enum class Method {
  kRpn,      ///< relationship prompts (src/rpm)
  kLpmOnly,  ///< nothing but the head
  kFull,     ///< every number of the image tower
  kBitFit,   ///< the biases of the image tower
  kAdapter,  ///< a bottleneck after every block
  kVpt,      ///< prompt tokens of every layer, the same for all images (VPT-deep)
  kLst,      ///< a narrow network beside the tower that reads its layers (ladder side tuning)
  kSsf,      ///< scale and shift after every linear layer, norm and the patch embedding
  kLora,     ///< low-rank additions to the query and value projections
  kRpnVpt,   ///< relationship prompts, paper variant, with prompt tokens of VPT before them
};

inline constexpr Word<Method> kMethodWords[] = {{Method::kRpn, "rpn"},         {Method::kLpmOnly, "lpm_only"},
                                                {Method::kFull, "full"},       {Method::kBitFit, "bitfit"},
                                                {Method::kAdapter, "adapter"}, {Method::kVpt, "vpt"},
                                                {Method::kLst, "lst"},         {Method::kSsf, "ssf"},
                                                {Method::kLora, "lora"},       {Method::kRpnVpt, "rpn_vpt"}};

struct PeftOptions {
  Method method = Method::kRpn;
  std::int64_t lora_rank = 8;       ///< of the additions to both projections; their scale is 1
  std::int64_t adapter_width = 64;  ///< of the bottleneck
  std::int64_t vpt_tokens = 10;     ///< a layer, as many as the authors' own visual prompts
  std::int64_t lst_reduction = 8;   ///< side network's width = tower's / this, with as many heads; a divisor
                                    ///< of the tower's width of a head
};

/// True for the methods that have relationship prompts.
bool has_rpm(Method method);
/// True for the methods that add prompt tokens of VPT.
bool has_vpt(Method method);
/// True for the methods that are other weights of the tower and nothing else: full, BitFit, SSF, LoRA.
bool changes_weights(Method method);

/// "rank 8" and the like: the size of what the method adds; empty if it has no choice.
std::string size_text(const PeftOptions& options);

}  // namespace relprompt::model

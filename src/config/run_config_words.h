// The words of a config for choices; reading and writing use the same tables.
#pragma once

#include <string>
#include <vector>

#include "base/words.h"
#include "config/run_config.h"

namespace relprompt::config {

inline constexpr Word<BestRule> kBestWords[] = {{BestRule::kNone, "none"},
                                                {BestRule::kHeldOutSeen, "held_out_seen"},
                                                {BestRule::kValidationUnseen, "validation_unseen"},
                                                {BestRule::kValidationUnseenMiou, "validation_unseen_miou"}};
inline constexpr Word<BadSample> kBadSampleWords[] = {{BadSample::kStop, "stop"}, {BadSample::kSkip, "skip"}};

// Values that are kept as the words themselves.
inline const std::vector<std::string> kTemplateWords = {"single", "paper", "imagenet"};
inline const std::vector<std::string> kPrecisionWords = {"fp32", "bf16"};
inline const std::vector<std::string> kNormalisationWords = {"model", "clip", "imagenet"};

/// Throws Error(kBadArgument) for settings that are out of range or contradict each other. Messages begin
/// with `source`.
void check(const RunConfig& config, const std::string& source);

}  // namespace relprompt::config

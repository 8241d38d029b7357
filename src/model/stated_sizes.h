// Sizes that settings beside a checkpoint state and that its tensors show as well: both must agree, or the
// two do not belong together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/clip_config.h"

namespace relprompt::model {

struct StatedSize {
  std::string key;  ///< as people find it in the file
  std::int64_t value = 0;
  /// Where the tensors' size stands.
  std::int64_t (*of)(const ClipConfig& config) = nullptr;
  bool of_text = false;  ///< meaningless for a checkpoint without a text tower
};

/// Throws Error(kBadModelConfig) that lists every size which differs. path: of the checkpoint.
void check_sizes(const std::vector<StatedSize>& stated, const ClipConfig& config, const std::string& path);

}  // namespace relprompt::model

// What a run needs to continue exactly: parameters, AdamW's moments, and where it was. One file, replaced as
// a whole, so that at any moment there is a complete one.
//
// checkpoint.safetensors holds NAME, NAME.exp_avg and NAME.exp_avg_sq for each trained parameter, and under
// "state" in its metadata a JSON object with the numbers below. No time stamps and no paths: equal runs
// have equal files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "train/trainer.h"

namespace relprompt::train {

struct RunState {
  std::int64_t done = 0;             ///< iterations
  std::optional<double> best_score;  ///< by the config's rule, in [0, 1]
  std::int64_t best_iteration = 0;   ///< iterations done when it was reached
  std::uint64_t skipped = 0;         ///< images that could not be read
  std::uint64_t log_bytes = 0,
                text_bytes = 0;  ///< of the run's logs; what follows belongs to lost iterations
  std::string identity;  ///< hash of the settings that decide the result; another one cannot be continued
};

/// Replaces the file; an older one stays if this fails. Throws Error: kNotWritable, kDiskFull.
void save_state(const std::filesystem::path& file, Trainer& trainer, const RunState& state);

/// Puts parameters and moments back. nullopt if there is no file. Throws Error: codes of exit status 4 for a
/// file that is damaged or of other parameters (naming all that differ), kBadModelConfig if the
/// file's identity is none of these.
std::optional<RunState> load_state(const std::filesystem::path& file, Trainer& trainer,
                                   const std::vector<std::string>& identities);

}  // namespace relprompt::train

#include "model/prompt_options.h"

#include <algorithm>

namespace relprompt::model {

bool gives_prompt(const RpmOptions& options, std::int64_t layer, std::int64_t layers) {
  if (layer < 1 || layer >= layers) return false;
  const auto& chosen = options.layers;
  return chosen.empty() || std::find(chosen.begin(), chosen.end(), layer) != chosen.end();
}

PromptCost prompt_cost(double classes, double patches, double joint, double width) {
  return {classes * patches * (joint + width), (patches + classes) * joint * width};
}

}  // namespace relprompt::model

#include "tiny_pretraining.h"

namespace relprompt::test {

std::string tiny_pretraining(const std::string& more) {
  return "model:\n"
         "  {patch: 8, image_size: 32, width: 32, layers: 2, heads: 2, joint: 16, merges: 40,\n"
         "   text: {width: 32, layers: 1, heads: 2, context: 48}}\n"
         "phases:\n"
         "  objects: {iterations: 2, size: 32, batch: 8, min_objects: 1, max_objects: 1}\n"
         "  scenes: {iterations: 2, size: 40, batch: 8}\n"
         "  crowds: {iterations: 2, size: 32, batch: 6, patch_weight: 0.5}\n"
         "optimizer: {warmup_iterations: 1}\n"
         "train: {log_every: 1, checkpoint_every: 3, evaluate_every: 4, evaluate_scenes: 16}\n"
         "threads: 1\n" +
         more;
}

}  // namespace relprompt::test

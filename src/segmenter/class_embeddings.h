// Which text embeddings belong to which class.
#pragma once

#include <cstddef>
#include <vector>

#include <torch/torch.h>

namespace relprompt::segmenter {

/// What the network is asked for: S embeddings of C classes, S > C where names of a class compete.
struct ClassEmbeddings {
  torch::Tensor rows;              ///< [S, E] fp32, unit length, in class order
  std::vector<std::size_t> first;  ///< [C + 1]: class c owns the rows first[c] .. first[c + 1] - 1

  std::size_t classes() const { return first.empty() ? 0 : first.size() - 1; }
};

}  // namespace relprompt::segmenter

// Which text embeddings belong to which class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/relationship_prompts.h"

namespace relprompt::segmenter {

/// What the network is asked for: S embeddings of C classes, S > C where names of a class compete.
struct ClassEmbeddings {
  std::vector<float> rows;         ///< [S, E], unit length, in class order
  std::int64_t width = 0;          ///< E
  std::vector<std::size_t> first;  ///< [C + 1]: class c owns the rows first[c] .. first[c + 1] - 1
  std::optional<std::size_t> background = {};  ///< label of the class that stands for everything else

  std::size_t classes() const { return first.empty() ? 0 : first.size() - 1; }
  engine::Texts texts() const {
    return {rows.data(), static_cast<std::int64_t>(first.empty() ? 0 : first.back())};
  }
};

/// Length of a row of `width` numbers; NaN or infinity where one of them is.
double length_of(const float* row, std::int64_t width);

/// Whether a length is 1, as far as rounding lets it be.
bool is_unit(double length);

/// Whether all rows [n, width] have length 1.
bool are_unit(const std::vector<float>& rows, std::int64_t width);

/// One row a class. rows [classes, width].
ClassEmbeddings one_row_each(std::vector<float> rows, std::int64_t width);

}  // namespace relprompt::segmenter

#include "kernels/window_cover.h"

#include <algorithm>

namespace relprompt::kernels {

Covered::Covered(const BilinearAxis& axis, const std::vector<std::int32_t>& sources, std::int64_t start) {
  const auto low = std::lower_bound(sources.begin(), sources.end(), start);
  const auto high = std::lower_bound(low, sources.end(), start + axis.size());
  begin = low - sources.begin();
  for (auto source = low; source != high; ++source) {
    const auto i = static_cast<std::size_t>(*source - start);
    part.low.push_back(axis.low[i]);
    part.high.push_back(axis.high[i]);
    part.weight.push_back(axis.weight[i]);
  }
}

float WindowCover::largest(std::size_t row) const {
  const float* scores = plane(row);
  float most = scores[rows.first_patch() * size.width + columns.first_patch()];
  for (auto y = rows.first_patch(); y < rows.end_patch(); ++y) {
    for (auto x = columns.first_patch(); x < columns.end_patch(); ++x) {
      const float score = scores[y * size.width + x];
      // A NaN stays: it bounds nothing.
      most = score > most || score != score ? score : most;
    }
  }
  return most;
}

Rows WindowCover::at_columns(std::size_t row, std::vector<float>& scratch) const {
  const BilinearAxis& across = columns.part;
  const std::int32_t begin = rows.first_patch(), end = rows.end_patch();
  scratch.resize(static_cast<std::size_t>((end - begin) * across.size()));
  for (std::int32_t p = begin; p < end; ++p) {
    label_simd().interpolate_columns(plane(row) + p * size.width, across.low.data(), across.high.data(),
                                     across.weight.data(), across.size(),
                                     scratch.data() + (p - begin) * across.size());
  }
  return {scratch.data(), across.size(), end - begin, across.size()};
}

Rows WindowCover::scores(std::size_t row, std::vector<float>& scratch, std::vector<float>& to) const {
  const BilinearAxis& down = rows.part;
  const auto from = at_columns(row, scratch);
  to.resize(static_cast<std::size_t>(down.size() * from.length));
  const Rows result{to.data(), from.length, down.size(), from.length};
  label_simd().interpolate_rows(from, down.low.data(), down.high.data(), rows.first_patch(),
                                down.weight.data(), result);
  return result;
}

}  // namespace relprompt::kernels

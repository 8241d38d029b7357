#include "kernels/bilinear_axis.h"

#include <algorithm>

namespace relprompt::kernels {

BilinearAxis bilinear_axis(std::int64_t inputs, std::int64_t outputs) {
  BilinearAxis axis;
  const float scale = static_cast<float>(inputs) / static_cast<float>(outputs);
  for (std::int64_t i = 0; i < outputs; ++i) {
    const float place = std::max(0.0f, scale * (static_cast<float>(i) + 0.5f) - 0.5f);
    const auto low = std::min(static_cast<std::int64_t>(place), inputs - 1);
    const float weight = low + 1 < inputs ? place - static_cast<float>(low) : 0.0f;
    axis.low.push_back(static_cast<std::int32_t>(low));
    axis.high.push_back(static_cast<std::int32_t>(weight > 0 ? low + 1 : low));
    axis.weight.push_back(weight);
  }
  return axis;
}

AxisPart axis_part(const BilinearAxis& axis, std::int64_t begin, std::int64_t end) {
  AxisPart part;
  const auto slot = [&](std::int32_t source) {
    // Sources ascend, and a low one may be the last high one or the last low one again.
    auto& known = part.sources;
    if (known.empty() || known.back() < source) known.push_back(source);
    const auto back = known.end() - std::find(known.rbegin(), known.rend(), source).base();
    return static_cast<std::int32_t>(static_cast<std::int64_t>(known.size()) - 1 - back);
  };
  for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
    part.axis.low.push_back(slot(axis.low[i]));
    part.axis.high.push_back(slot(axis.high[i]));
    part.axis.weight.push_back(axis.weight[i]);
  }
  return part;
}

}  // namespace relprompt::kernels

#include "network/device_decision.h"

#include <cmath>

#include "relprompt/image.h"

#include "network/transfer.h"

namespace relprompt::network {
namespace {

/// How often each of 0 to values - 1 occurs.
torch::Tensor occurrences(const torch::Tensor& numbers, std::int64_t values) {
  // On a GPU bincount asks for the largest number and waits for the answer. histc multiplies a number with
  // their count, in int32 in some versions.
  constexpr std::int64_t kMost = 40000;
  if (!numbers.is_cuda() || values > kMost) return torch::bincount(numbers.flatten(), {}, values);
  return torch::histc(numbers, values, 0, values);
}

}  // namespace

DeviceDecision decide(const DeviceLabels& best, const segmenter::LabelRule& rule, std::size_t classes) {
  const torch::InferenceMode no_gradients;
  const auto none = static_cast<std::int64_t>(classes);
  auto label = best.label;
  if (!rule.thresholds.empty()) {
    const auto thresholds = upload(rule.thresholds, {none}, label.device());
    const auto needed = thresholds.index_select(0, label.flatten()).reshape(label.sizes());
    // Written so that a NaN is below every threshold.
    const auto uncertain = (needed > -INFINITY) & (best.score >= needed).logical_not();
    const auto other = rule.background ? static_cast<std::int64_t>(*rule.background) : none;
    label = label.masked_fill(uncertain, other);
  }
  DeviceDecision result;
  result.pixels = occurrences(label, none + 1);
  const bool some_unknown = !rule.thresholds.empty() && !rule.background;
  if (some_unknown) label = label.masked_fill(label == none, LabelMap::kUnknown);
  result.label = label.to(torch::kInt16);  // of a number beyond 32767 the lowest bits
  return result;
}

}  // namespace relprompt::network

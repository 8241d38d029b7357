#include "train/label_space.h"

#include <algorithm>

#include "relprompt/error.h"

#include "data/dataset.h"

namespace relprompt::train {
namespace {

constexpr std::int64_t kLabels = 65536;

void check_split(const ClassList& classes) {
  const auto& seen = classes.seen;
  const bool some_seen = std::find(seen.begin(), seen.end(), true) != seen.end();
  const bool some_unseen = std::find(seen.begin(), seen.end(), false) != seen.end();
  if (some_seen && some_unseen) return;
  throw Error(ErrorCode::kBadArgument,
              "a zero-shot protocol needs seen and unseen classes, and the data set has no such split",
              "name the unseen classes under data.unseen, or choose protocol: supervised");
}

}  // namespace

LabelSpace::LabelSpace(const ClassList& classes, eval::Setting setting, bool all_rows)
    : table_(torch::full({kLabels}, kIgnored, torch::kInt64)) {
  const bool split = eval::is_zero_shot(setting);
  if (split) check_split(classes);
  auto* table = table_.data_ptr<std::int64_t>();
  table[data::kBackground] = kBackground;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const bool hidden = split && !classes.seen[label];
    if (hidden) table[label] = kHidden;
    if (hidden && !all_rows) continue;
    const auto row = static_cast<std::int64_t>(classes_.size());
    classes_.push_back(static_cast<std::int64_t>(label));
    if (hidden) {
      unseen_rows_.push_back(row);
    } else {
      table[label] = row;
    }
  }
}

torch::Tensor LabelSpace::targets(const torch::Tensor& labels) const {
  return table_.to(labels.device()).index_select(0, labels.flatten()).reshape(labels.sizes());
}

}  // namespace relprompt::train

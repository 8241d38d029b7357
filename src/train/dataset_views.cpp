#include "train/dataset_views.h"

#include <utility>

namespace relprompt::train {

LabelledPart::LabelledPart(const data::Dataset& whole, std::vector<std::size_t> indices,
                           const LabelSpace& space)
    : whole_(whole), indices_(std::move(indices)), meaning_(65536, data::kIgnore) {
  const auto& all = whole.classes();
  for (const auto label : space.classes()) {
    meaning_[static_cast<std::size_t>(label)] = static_cast<std::uint16_t>(classes_.names.size());
    classes_.names.push_back(all.names[static_cast<std::size_t>(label)]);
  }
}

data::Inspection LabelledPart::inspect(std::size_t index) const {
  auto inspection = whole_.inspect(indices_[index]);
  for (auto& label : inspection.sample.labels.labels) label = meaning_[label];
  return inspection;
}

}  // namespace relprompt::train

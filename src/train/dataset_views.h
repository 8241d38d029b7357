// A part of a data set that looks like a data set, so that evaluation knows one kind of thing only.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "train/label_space.h"

namespace relprompt::train {

/// Some samples of a data set with the labels of a LabelSpace: pixels of classes outside it are ignored.
/// The data set must outlive it.
class LabelledPart : public data::Dataset {
 public:
  LabelledPart(const data::Dataset& whole, std::vector<std::size_t> indices, const LabelSpace& space);

  std::size_t size() const override { return indices_.size(); }
  const std::string& name(std::size_t index) const override { return whole_.name(indices_[index]); }
  const ClassList& classes() const override { return classes_; }
  const std::string& ignored() const override { return whole_.ignored(); }
  data::Inspection inspect(std::size_t index) const override;
  const std::vector<std::string>& unpaired() const override { return nothing_; }

 private:
  const data::Dataset& whole_;
  std::vector<std::size_t> indices_;
  ClassList classes_;
  std::vector<std::uint16_t> meaning_;  ///< [65536]
  std::vector<std::string> nothing_;
};

}  // namespace relprompt::train

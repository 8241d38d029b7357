// The data set that all kinds are: pairs of an image and a label file, a code for the labels, and class
// names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/label_code.h"
#include "data/layout.h"

namespace relprompt::data {

class PairedFiles final : public Dataset {
 public:
  /// @param decoding of the images; its limit on pixels is that of the masks as well
  PairedFiles(Found found, LabelCode code, ClassList classes, DecodeOptions decoding);

  std::size_t size() const override { return found_.pairs.size(); }
  const std::string& name(std::size_t index) const override { return found_.pairs.at(index).name; }
  const ClassList& classes() const override { return classes_; }
  const std::string& ignored() const override { return code_.ignored(); }
  Inspection inspect(std::size_t index) const override;
  const std::vector<std::string>& unpaired() const override { return found_.unpaired; }

 private:
  Sample read(const Pair& pair, Problem& problem) const;

  Found found_;
  LabelCode code_;
  ClassList classes_;
  DecodeOptions decoding_;
};

}  // namespace relprompt::data

// Data sets of a few images of one row, for tests of how each layout is read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "set_maker.h"
#include "test_support.h"

namespace relprompt::data {

namespace fs = std::filesystem;
using test::add_image;
using test::add_mask;
using test::MaskFile;
using Values = std::vector<std::uint16_t>;

inline std::unique_ptr<Dataset> open(const std::string& kind, const fs::path& root,
                                     const std::string& split = "val") {
  DatasetSpec spec;
  spec.kind = kind;
  spec.root = root;
  spec.split = split;
  return open_dataset(spec);
}

inline Values labels_of(const Dataset& dataset, std::size_t index = 0) {
  return dataset.get(index).labels.labels;
}

/// An image of one row and its mask.
inline void add_pair(const fs::path& image, const fs::path& mask, const Values& values, MaskFile kind) {
  add_image(image, 1, static_cast<int>(values.size()));
  add_mask(mask, static_cast<int>(values.size()), values, kind);
}

inline void add_voc(const fs::path& root, const std::string& name, const Values& values,
                    const std::string& masks = "SegmentationClass") {
  add_pair(root / "JPEGImages" / (name + ".jpg"), root / masks / (name + ".png"), values,
           MaskFile::kPalette8);
}

inline void add_list(const fs::path& root, const std::string& name, const std::string& text) {
  test::write_text(root / "ImageSets/Segmentation" / (name + ".txt"), text);
}

}  // namespace relprompt::data

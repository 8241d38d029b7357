// ADE20K: the scene parsing challenge with 150 classes, and the full set with 847.
#include "data/class_names.h"
#include "data/kinds.h"
#include "data/paired_files.h"

namespace relprompt::data {
namespace {

std::string folder_of(const std::string& split) {
  if (split == "train") return "training";
  return split == "val" ? "validation" : split;
}

}  // namespace

std::unique_ptr<Dataset> open_ade_150(const DatasetSpec& spec) {
  const ClassList& classes = vocabulary("ade-150").classes;
  Layout layout;
  layout.homes = {"ADEChallengeData2016"};
  layout.images = {"images/" + folder_of(spec.split)};
  layout.masks = {"annotations/" + folder_of(spec.split)};
  return std::make_unique<PairedFiles>(find_files(layout, spec), LabelCode::less_one(classes.size()), classes,
                                       spec.decoding());
}

std::unique_ptr<Dataset> open_ade_847(const DatasetSpec& spec) {
  const ClassList classes = ade_847_classes();
  const std::string folder = folder_of(spec.split);
  Layout layout;
  layout.homes = {"ADE20K_2021_17_01"};
  layout.images = {"images_detectron2/" + folder, "images/" + folder};
  layout.masks = {"annotations_detectron2/" + folder, "annotations/" + folder};
  layout.mask_styles = {{".tif", ".tiff", ".png"}};
  return std::make_unique<PairedFiles>(find_files(layout, spec), LabelCode::wide(classes.size(), {kIgnore}),
                                       classes, spec.decoding());
}

}  // namespace relprompt::data

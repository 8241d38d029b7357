// PASCAL VOC 2012, also with the augmented masks (SBD) that come as SegmentationClassAug.
#include "data/kinds.h"
#include "data/paired_files.h"

namespace relprompt::data {
namespace {

Layout voc_layout(const std::string& split) {
  const auto list = [](const std::string& name) { return "ImageSets/Segmentation/" + name + ".txt"; };
  Layout layout;
  layout.homes = {"VOC2012", "VOCdevkit/VOC2012"};
  layout.images = {"JPEGImages"};
  layout.masks = {"SegmentationClass", "SegmentationClassAug"};
  layout.list_required = true;
  layout.lists = {{list(split)}};
  if (split == "train_aug") {
    // Lists of the larger training set go by several names; some hold only what VOC's own list lacks.
    layout.masks = {"SegmentationClassAug", "SegmentationClass"};
    layout.lists = {{list("train_aug")}, {list("trainaug")}, {list("train"), list("aug")}};
  }
  return layout;
}

}  // namespace

std::unique_ptr<Dataset> open_voc_20(const DatasetSpec& spec) {
  const ClassList& classes = vocabulary("voc-20").classes;
  return std::make_unique<PairedFiles>(find_files(voc_layout(spec.split), spec),
                                       LabelCode::less_one(classes.size(), spec.background), classes,
                                       spec.decoding());
}

std::unique_ptr<Dataset> open_voc_21(const DatasetSpec& spec) {
  ClassList classes = vocabulary("voc-20").classes;
  classes.names.insert(classes.names.begin(), {"background"});
  classes.seen.insert(classes.seen.begin(), true);
  return std::make_unique<PairedFiles>(find_files(voc_layout(spec.split), spec),
                                       LabelCode::as_stored(classes.size()), classes, spec.decoding());
}

}  // namespace relprompt::data

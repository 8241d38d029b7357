// PASCAL Context: 59 frequent classes, with or without background, and all 459 names. Images and lists are
// those of VOC 2010.
#include "data/class_names.h"
#include "data/kinds.h"
#include "data/paired_files.h"

namespace relprompt::data {
namespace {

Layout context_layout(const std::string& split) {
  Layout layout;
  layout.homes = {"VOC2010", "VOCdevkit/VOC2010"};
  layout.images = {"JPEGImages"};
  layout.masks = {"SegmentationClassContext"};
  layout.list_required = true;
  layout.lists = {{"ImageSets/SegmentationContext/" + split + ".txt"}};
  return layout;
}

}  // namespace

std::unique_ptr<Dataset> open_context_59(const DatasetSpec& spec) {
  const ClassList& classes = vocabulary("context-59").classes;
  return std::make_unique<PairedFiles>(find_files(context_layout(spec.split), spec),
                                       LabelCode::less_one(classes.size(), spec.background), classes,
                                       spec.decoding());
}

std::unique_ptr<Dataset> open_context_60(const DatasetSpec& spec) {
  const ClassList& classes = vocabulary("context-60").classes;
  return std::make_unique<PairedFiles>(find_files(context_layout(spec.split), spec),
                                       LabelCode::as_stored(classes.size()), classes, spec.decoding());
}

std::unique_ptr<Dataset> open_context_459(const DatasetSpec& spec) {
  const ClassList classes = context_459_classes();
  Layout layout = context_layout(spec.split);
  // The masks are made by the user from .mat files; these are the folders that common scripts write. Such a
  // folder holds one split, so its files can stand for a list.
  layout.masks = {"annotations_detectron2/pc459_" + spec.split, "SegmentationClassContext459"};
  layout.mask_styles = {{".tif", ".tiff", ".png"}};
  layout.list_required = false;
  layout.names_from = NamesFrom::kMasks;
  return std::make_unique<PairedFiles>(
      find_files(layout, spec), LabelCode::wide(classes.size(), {kIgnore, 459}), classes, spec.decoding());
}

}  // namespace relprompt::data

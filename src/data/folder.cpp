// A user's own data set: images and masks in folders of the same shape, and a file with the class names.
#include "data/kinds.h"
#include "data/paired_files.h"

namespace relprompt::data {

std::unique_ptr<Dataset> open_folder(const DatasetSpec& spec) {
  Layout layout;
  layout.images = {"images/" + spec.split};
  layout.masks = {"masks/" + spec.split};
  layout.mask_styles = {{".png", ".tif", ".tiff"}};
  layout.class_list = spec.classes.empty() ? "classes.txt" : spec.classes.generic_string();
  Found found = find_files(layout, spec);
  ClassList classes = read_class_file(std::filesystem::path(found.root) / layout.class_list);
  LabelCode code = LabelCode::by_depth(classes.size());
  return std::make_unique<PairedFiles>(std::move(found), std::move(code), std::move(classes),
                                       spec.decoding());
}

}  // namespace relprompt::data

// Cityscapes, 19 classes. Its masks stand in folders of cities and hold ids of 34 kinds
// (*_gtFine_labelIds.png); converted ones (*_gtFine_labelTrainIds.png) hold 0 to 18.
#include <cstdint>

#include "data/kinds.h"
#include "data/paired_files.h"

namespace relprompt::data {
namespace {

constexpr const char* kTrainIds = "_gtFine_labelTrainIds.png";

/// The id of each class in the data set's own masks.
constexpr std::uint16_t kIds[] = {7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33};
constexpr std::size_t kStored = 34;

LabelCode own_ids() {
  std::vector<std::uint16_t> meanings(kStored, kIgnore);
  for (std::size_t label = 0; label < std::size(kIds); ++label)
    meanings[kIds[label]] = static_cast<std::uint16_t>(label);
  return LabelCode::table(meanings, kIgnore, "0 to 33", "of the 15 kinds that are not measured, or 255");
}

}  // namespace

std::unique_ptr<Dataset> open_cityscapes(const DatasetSpec& spec) {
  const ClassList& classes = vocabulary("cityscapes-19").classes;
  Layout layout;
  layout.homes = {"cityscapes"};
  layout.images = {"leftImg8bit/" + spec.split};
  layout.masks = {"gtFine/" + spec.split};
  layout.image_ending = "_leftImg8bit";
  layout.mask_styles = {{kTrainIds}, {"_gtFine_labelIds.png"}};
  if (spec.encoding == "raw") layout.first_style = 1;
  Found found = find_files(layout, spec);
  const bool converted = layout.mask_styles[found.mask_style].front() == kTrainIds;
  return std::make_unique<PairedFiles>(std::move(found),
                                       converted ? LabelCode::as_stored(classes.size()) : own_ids(), classes,
                                       spec.decoding());
}

}  // namespace relprompt::data

// COCO-Stuff with 171 classes, and COCO-Object, which keeps its 80 things and makes everything else
// background. COCO-Stuff's own masks hold COCO's ids, which have gaps where classes were dropped; converted
// ones
// (*_labelTrainIds.png) hold 0 to 170. COCO-Object's converted ones (*_instanceTrainIds.png) hold 0 to 80.
#include <algorithm>
#include <cstdint>
#include <numeric>

#include <fmt/format.h>

#include "base/nearest_name.h"
#include "data/kinds.h"
#include "data/paired_files.h"

namespace relprompt::data {
namespace {

constexpr const char* kTrainIds = "_labelTrainIds.png";
constexpr const char* kObjectIds = "_instanceTrainIds.png";
constexpr std::size_t kThings = 80;  ///< the first classes of COCO-Stuff

std::vector<std::uint16_t> raw_ids() {
  constexpr std::uint16_t kLast = 181;
  const std::vector<std::uint16_t> dropped = {11, 25, 28, 29, 44, 65, 67, 68, 70, 82, 90};
  std::vector<std::uint16_t> ids;
  for (std::uint16_t id = 0; id <= kLast; ++id) {
    if (!std::binary_search(dropped.begin(), dropped.end(), id)) ids.push_back(id);
  }
  return ids;
}

Layout coco_layout(const std::string& split, const std::string& encoding) {
  const std::string folder = split == "train" || split == "val" ? split + "2017" : split;
  Layout layout;
  layout.images = {"images/" + folder};
  layout.masks = {"annotations/" + folder};
  layout.mask_styles = {{kTrainIds}, {".png"}};
  if (encoding == "train_ids") layout.mask_styles.pop_back();
  if (encoding == "raw") layout.first_style = 1;
  return layout;
}

/// Label of COCO-Object by class of COCO-Stuff.
std::uint16_t object_of(std::size_t label) {
  return static_cast<std::uint16_t>(label < kThings ? label + 1 : 0);
}

/// Of COCO-Stuff's masks. Unlabelled pixels are background, as in the conversion that published numbers use.
LabelCode object_code(const std::vector<std::uint16_t>& stored_values) {
  std::vector<std::uint16_t> meanings(static_cast<std::size_t>(stored_values.back()) + 1, 0);
  for (std::size_t label = 0; label < stored_values.size(); ++label)
    meanings[stored_values[label]] = object_of(label);
  return LabelCode::table(meanings, 0, fmt::format("0 to {}", stored_values.back()), "none");
}

}  // namespace

std::unique_ptr<Dataset> open_coco_stuff(const DatasetSpec& spec) {
  if (!spec.encoding.empty() && spec.encoding != "train_ids" && spec.encoding != "raw") {
    throw Error(ErrorCode::kBadArgument, fmt::format("coco-stuff-171 has no encoding \"{}\"", spec.encoding),
                "there are train_ids and raw" + suggestion(spec.encoding, {"train_ids", "raw"}));
  }
  const ClassList& classes = vocabulary("coco-stuff-171").classes;
  Layout layout = coco_layout(spec.split, spec.encoding);
  Found found = find_files(layout, spec);
  const bool raw = layout.mask_styles[found.mask_style].front() != kTrainIds;
  return std::make_unique<PairedFiles>(
      std::move(found), raw ? LabelCode::listed(raw_ids()) : LabelCode::as_stored(classes.size()), classes,
      spec.decoding());
}

std::unique_ptr<Dataset> open_coco_object(const DatasetSpec& spec) {
  const ClassList& things = vocabulary("coco-stuff-171").classes;
  ClassList classes;
  classes.names = {{"background"}};
  classes.names.insert(classes.names.end(), things.names.begin(), things.names.begin() + kThings);
  Layout layout = coco_layout(spec.split, "");
  layout.mask_styles = {{kObjectIds}, {kTrainIds}, {".png"}};
  Found found = find_files(layout, spec);
  const std::string style = layout.mask_styles[found.mask_style].front();
  std::vector<std::uint16_t> train_ids(things.size());
  std::iota(train_ids.begin(), train_ids.end(), std::uint16_t{0});
  auto code = style == kObjectIds  ? LabelCode::as_stored(classes.size())
              : style == kTrainIds ? object_code(train_ids)
                                   : object_code(raw_ids());
  return std::make_unique<PairedFiles>(std::move(found), std::move(code), classes, spec.decoding());
}

}  // namespace relprompt::data

// COCO-Stuff with 171 classes. Its own masks hold COCO's ids, which have gaps where classes were dropped;
// converted ones (*_labelTrainIds.png) hold 0 to 170.
#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/nearest_name.h"
#include "data/kinds.h"
#include "data/paired_files.h"

namespace relprompt::data {
namespace {

constexpr const char* kTrainIds = "_labelTrainIds.png";

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

}  // namespace relprompt::data

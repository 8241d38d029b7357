// The table of data set kinds, and reading one sample.
#include "data/dataset.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.h"
#include "data/kinds.h"

namespace relprompt::data {
namespace {

struct Row {
  const char* name;
  const char* description;
  std::unique_ptr<Dataset> (*open)(const DatasetSpec&);
  bool has_background = false;  ///< one that is no class
};

constexpr Row kRows[] = {
    {"voc-20", "PASCAL VOC 2012, 20 objects; background is ignored", open_voc_20, true},
    {"voc-21", "PASCAL VOC 2012 with background as label 0", open_voc_21},
    {"coco-stuff-171", "COCO-Stuff, 80 things and 91 stuff classes", open_coco_stuff},
    {"coco-object-81", "COCO-Object from COCO-Stuff's masks: 80 things, all else background as label 0",
     open_coco_object},
    {"cityscapes-19", "Cityscapes, 19 classes of street scenes", open_cityscapes},
    {"context-59", "PASCAL Context, 59 classes; background is ignored", open_context_59, true},
    {"context-60", "PASCAL Context with background as label 0", open_context_60},
    {"context-459", "PASCAL Context, all 459 names, 16-bit TIFF", open_context_459},
    {"ade-150", "ADE20K scene parsing, 150 classes", open_ade_150},
    {"ade-847", "ADE20K in full, 847 classes, 16-bit TIFF", open_ade_847},
    {"folder", "your own: images/SPLIT, masks/SPLIT and classes.txt", open_folder},
};

void require_background(const DatasetSpec& spec, const Row& row) {
  if (!spec.background || row.has_background) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("a data set of kind {} has no background that is no class", row.name),
              "voc-20 and context-59 have one; remove self_training.background");
}

}  // namespace

Sample Dataset::get(std::size_t index) const {
  Inspection inspection = inspect(index);
  if (inspection.error) throw Error(*inspection.error);
  return std::move(inspection.sample);
}

std::unique_ptr<Dataset> open_dataset(const DatasetSpec& spec) {
  std::vector<std::string> known;
  for (const Row& row : kRows) {
    if (spec.kind == row.name) {
      require_background(spec, row);
      return row.open(spec);
    }
    known.emplace_back(row.name);
  }
  throw Error(ErrorCode::kBadArgument, fmt::format("no kind of data set is called \"{}\"", spec.kind),
              fmt::format("there are {}{}", fmt::join(known, ", "), suggestion(spec.kind, known)));
}

std::vector<DatasetKind> dataset_kinds() {
  std::vector<DatasetKind> kinds;
  for (const Row& row : kRows) kinds.push_back({row.name, row.description});
  return kinds;
}

}  // namespace relprompt::data

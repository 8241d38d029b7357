// COCO's JSON: masks as RLE or as polygons, and the panoptic kind.
#pragma once

#include <memory>
#include <string>

#include "formats/format.h"
#include "formats/mask_runs.h"

namespace relprompt::formats {

/// COCO counts categories from 1, so that 0 is free for what has no class.
constexpr unsigned category_id(std::uint16_t label) {
  return label + 1U;
}

std::string coco_part(const Subject& subject);
std::string coco_polygons_part(const Subject& subject);
std::string panoptic_part(const Subject& subject);

/// RGB PNG in which a pixel of category id is (id % 256, id / 256 % 256, id / 65536); 0 is no class.
std::string panoptic_png(const Subject& subject);

std::unique_ptr<RunFileMaker> begin_coco(ByteSink& sink, const ClassList& classes);
std::unique_ptr<RunFileMaker> begin_coco_polygons(ByteSink& sink, const ClassList& classes);
std::unique_ptr<RunFileMaker> begin_panoptic(ByteSink& sink, const ClassList& classes);

}  // namespace relprompt::formats

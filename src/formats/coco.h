// COCO's JSON: masks as RLE or as polygons, and the panoptic kind.
#pragma once

#include <memory>

#include "formats/format.h"
#include "formats/mask_runs.h"

namespace relprompt::formats {

/// COCO counts categories from 1, so that 0 is free for what has no class.
constexpr unsigned category_id(std::uint16_t label) {
  return label + 1U;
}

void coco_part(const Subject& subject, ByteSink& sink);
void coco_polygons_part(const Subject& subject, ByteSink& sink);
void panoptic_part(const Subject& subject, ByteSink& sink);

/// RGB PNG in which a pixel of category id is (id % 256, id / 256 % 256, id / 65536); 0 is no class.
void panoptic_png(const Subject& subject, ByteSink& sink);

std::unique_ptr<RunFileMaker> begin_coco(ByteSink& sink, const ClassList& classes);
std::unique_ptr<RunFileMaker> begin_coco_polygons(ByteSink& sink, const ClassList& classes);
std::unique_ptr<RunFileMaker> begin_panoptic(ByteSink& sink, const ClassList& classes);

}  // namespace relprompt::formats

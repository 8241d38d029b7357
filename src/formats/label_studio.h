// Label Studio's tasks: a prediction an image, as brush masks or as polygons, and the labelling interface
// that they fit.
#pragma once

#include <memory>

#include "formats/format.h"

namespace relprompt::formats {

void label_studio_brush_part(const Subject& subject, ByteSink& sink);
void label_studio_polygons_part(const Subject& subject, ByteSink& sink);

std::unique_ptr<RunFileMaker> begin_label_studio_brush(ByteSink& sink, const ClassList& classes);
std::unique_ptr<RunFileMaker> begin_label_studio_polygons(ByteSink& sink, const ClassList& classes);
std::unique_ptr<RunFileMaker> begin_brush_interface(ByteSink& sink, const ClassList& classes);
std::unique_ptr<RunFileMaker> begin_polygon_interface(ByteSink& sink, const ClassList& classes);

}  // namespace relprompt::formats

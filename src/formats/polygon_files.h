// Formats with a file of polygons for each image: LabelMe's JSON, YOLO's text, GeoJSON.
#pragma once

#include <memory>

#include "formats/format.h"

namespace relprompt::formats {

/// A shape a polygon, holes joined (formats/polygons.h).
void labelme_json(const Subject& subject, ByteSink& sink);

/// A line a polygon, holes joined: the class and the points, x and y as shares of the image's sides.
void yolo_text(const Subject& subject, ByteSink& sink);
/// The classes' names, as Ultralytics reads them.
std::unique_ptr<RunFileMaker> begin_yolo_names(ByteSink& sink, const ClassList& classes);

/// A feature a class: a MultiPolygon with holes, in pixels from the top left corner, y downwards.
void geo_json(const Subject& subject, ByteSink& sink);

}  // namespace relprompt::formats

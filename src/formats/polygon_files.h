// Formats with a file of polygons for each image: LabelMe's JSON, YOLO's text, GeoJSON.
#pragma once

#include <memory>
#include <string>

#include "formats/format.h"

namespace relprompt::formats {

/// A shape a polygon, holes joined (formats/polygons.h).
std::string labelme_json(const Subject& subject);

/// A line a polygon, holes joined: the class and the points, x and y as shares of the image's sides.
std::string yolo_text(const Subject& subject);
/// The classes' names, as Ultralytics reads them.
std::unique_ptr<RunFileMaker> begin_yolo_names(ByteSink& sink, const ClassList& classes);

/// A feature a class: a MultiPolygon with holes, in pixels from the top left corner, y downwards.
std::string geo_json(const Subject& subject);

}  // namespace relprompt::formats

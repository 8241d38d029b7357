// CVAT's "Segmentation mask 1.1": a zip archive after the folders of Pascal VOC.
#pragma once

#include <memory>
#include <string>

#include "formats/format.h"

namespace relprompt::formats {

std::string cvat_part(const Subject& subject);
std::unique_ptr<RunFileMaker> begin_cvat(ByteSink& sink, const ClassList& classes);

}  // namespace relprompt::formats

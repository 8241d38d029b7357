// CVAT's "Segmentation mask 1.1": a zip archive after the folders of Pascal VOC.
#pragma once

#include <memory>

#include "formats/format.h"

namespace relprompt::formats {

void cvat_part(const Subject& subject, ByteSink& sink);
std::unique_ptr<RunFileMaker> begin_cvat(ByteSink& sink, const ClassList& classes);

}  // namespace relprompt::formats

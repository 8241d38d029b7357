// The optional library librelprompt-raster, and its answers as errors of ours.
#pragma once

#include <string>

#include "raster/raster_table.h"

namespace relprompt::raster {

/// The library's table. Throws Error(kNoDevice), which says how to get it, where it is not installed or
/// RELPROMPT_RASTER=off forbids it.
const RasterTable& library();

/// Throws what the answer says about a file, if it says anything.
void check(const Answer& answer, const std::string& path);

}  // namespace relprompt::raster

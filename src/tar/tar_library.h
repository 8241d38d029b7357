// Finding the optional library librelprompt-tar.
#pragma once

#include "tar/tar_table.h"

namespace relprompt::tar {

/// The library's functions. Throws Error(kNoDevice), whose exit status is that of what is missing here, if it
/// is not installed or RELPROMPT_TAR=off says to do without it.
const TarTable& tar_table();

}  // namespace relprompt::tar

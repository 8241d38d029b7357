// Error codes by their names, as journals have them.
#pragma once

#include <string>

#include "relprompt/error.h"

namespace relprompt::cli {

/// The code of that name; kInternal for none.
ErrorCode code_called(const std::string& name);

}  // namespace relprompt::cli

// Names of files that stay inside the folder or archive that they are meant for.
#pragma once

#include <string>

namespace relprompt::formats {

/// Throws Error(kBadArgument) for a name that is empty, absolute, ends in '/', or holds a NUL or a "..".
void require_relative(const std::string& name, const std::string& what);

}  // namespace relprompt::formats

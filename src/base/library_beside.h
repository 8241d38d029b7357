// Optional libraries of ours, found beside the program or library that this code is in.
#pragma once

#include <string>

namespace relprompt {

/// Loads a library (dlopen, local symbols) from this code's own folder, or from ../lib beside it as in a
/// build tree and an installation; never from the system's search path. nullptr where none can be loaded; for
/// each that is there a line with the loader's words is added to `reasons`. It stays loaded.
void* open_library_beside(const std::string& name, std::string& reasons);

}  // namespace relprompt

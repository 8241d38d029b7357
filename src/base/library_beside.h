// Optional libraries of ours, found beside the program or library that this code is in.
#pragma once

#include <string>

namespace relprompt {

/// Loads a library (dlopen, local symbols) from this code's own folder, or from ../lib beside it as in a
/// build tree and an installation; never from the system's search path. nullptr where none can be loaded; for
/// each that is there a line with the loader's words is added to `reasons`. It stays loaded.
void* open_library_beside(const std::string& name, std::string& reasons);

/// The function that a library exports under a name, the library being loaded as above. nullptr where there
/// is none.
void* function_beside(const std::string& library, const char* symbol, std::string& reasons);

/// Adds why a library of another version is not used.
void add_other_version(std::string& reasons);

/// True for the version of this build.
bool is_our_version(const char* version);

/// The table of functions that one of our optional libraries offers: what its exported function returns, if
/// it is of this very build's version. Otherwise nullptr, and `reasons` says why unless no library is there.
template <typename Table, typename... Arguments>
const Table* table_beside(const std::string& library, const char* symbol, std::string& reasons,
                          Arguments... arguments) {
  using Entry = const Table* (*)(Arguments...);
  const auto entry = reinterpret_cast<Entry>(function_beside(library, symbol, reasons));
  if (entry == nullptr) return nullptr;
  const Table* table = entry(arguments...);
  if (table != nullptr && is_our_version(table->version)) return table;
  add_other_version(reasons);
  return nullptr;
}

}  // namespace relprompt

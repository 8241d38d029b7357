// Files that are inside the program: the page and the description of the interface. cmake/embed_files.cmake
// makes the table.
#pragma once

#include <string>
#include <string_view>

namespace relprompt::serve {

struct Asset {
  std::string_view name;  ///< "index.html", "assets/main.js"
  const char* type;       ///< of Content-Type
  std::string_view bytes;
};

/// nullptr if there is none of that name.
const Asset* find_asset(std::string_view name);

}  // namespace relprompt::serve

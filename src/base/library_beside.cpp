#include "base/library_beside.h"

#include <cstring>
#include <filesystem>
#include <system_error>

#include <dlfcn.h>
#include <link.h>

#include "relprompt/version.h"

#include "base/paths.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

/// The folder of the program or library that this code is in.
fs::path own_folder() {
  Dl_info info = {};
  link_map* map = nullptr;
  const auto* own = reinterpret_cast<const void*>(&open_library_beside);
  if (::dladdr1(own, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0 || map == nullptr)
    return {};
  // The program itself has no name there, and its argv[0] may be anything.
  const bool program = map->l_name == nullptr || *map->l_name == '\0';
  std::error_code problem;
  const auto file = fs::canonical(program ? "/proc/self/exe" : map->l_name, problem);
  return problem ? fs::path() : file.parent_path();
}

}  // namespace

void* open_library_beside(const std::string& name, std::string& reasons) {
  const auto folder = own_folder();
  for (const auto& path :
       {folder / name, folder.parent_path() / "lib" / name, folder.parent_path() / RELPROMPT_LIBDIR / name}) {
    if (folder.empty() || !path_exists(path)) continue;
    if (void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    reasons += std::string("\n  ") + ::dlerror();
  }
  return nullptr;
}

void* function_beside(const std::string& library, const char* symbol, std::string& reasons) {
  void* opened = open_library_beside(library, reasons);
  if (opened == nullptr) return nullptr;
  void* function = ::dlsym(opened, symbol);
  if (function == nullptr) add_other_version(reasons);
  return function;
}

void add_other_version(std::string& reasons) {
  reasons += "\n  it is of another version than " RELPROMPT_VERSION;
}

bool is_our_version(const char* version) {
  return std::strcmp(version, RELPROMPT_VERSION) == 0;
}

}  // namespace relprompt

#include "api/torch_backend.h"

#include <string>
#include <system_error>

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include "relprompt/error.h"
#include "relprompt/version.h"

#include "base/process_state.h"

namespace relprompt::api {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibrary = "librelprompt-torch.so";

/// The folder of the program or library that this code is in: the optional library lies beside it, or in a
/// build tree and an installation in ../lib.
fs::path own_folder() {
  Dl_info info = {};
  link_map* map = nullptr;
  const auto* own = reinterpret_cast<const void*>(&torch_backend);
  if (::dladdr1(own, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0 || map == nullptr)
    return {};
  // The program itself has no name there, and its argv[0] may be anything.
  const bool program = map->l_name == nullptr || *map->l_name == '\0';
  std::error_code problem;
  const auto file = fs::canonical(program ? "/proc/self/exe" : map->l_name, problem);
  return problem ? fs::path() : file.parent_path();
}

void* open_library(std::string& reasons) {
  const auto folder = own_folder();
  for (const auto& path : {folder / kLibrary, folder.parent_path() / "lib" / kLibrary,
                           folder.parent_path() / RELPROMPT_LIBDIR / kLibrary}) {
    std::error_code problem;
    if (folder.empty() || !fs::exists(path, problem)) continue;
    if (void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    reasons += std::string("\n  ") + ::dlerror();
  }
  return nullptr;
}

const TorchBackend* load(std::string& reasons) {
  void* library = open_library(reasons);
  if (library == nullptr) return nullptr;
  using Entry = const TorchBackend* (*)(ProcessState*);
  const auto entry = reinterpret_cast<Entry>(::dlsym(library, kTorchBackendSymbol));
  const auto* backend = entry == nullptr ? nullptr : entry(process_state());
  if (backend != nullptr && std::string(backend->version) == RELPROMPT_VERSION) return backend;
  reasons += fmt::format("\n  it is of another version than {}", RELPROMPT_VERSION);
  return nullptr;
}

}  // namespace

const TorchBackend& torch_backend(const std::string& what) {
  static std::string reasons;
  static const TorchBackend* const backend = load(reasons);
  if (backend != nullptr) return *backend;
  throw Error(
      ErrorCode::kNoDevice,
      fmt::format("{} needs the optional library {}, which {}{}", what, kLibrary,
                  reasons.empty() ? "is not installed beside this program" : "cannot be loaded", reasons),
      "build it with `cmake --preset release && cmake --build --preset release`, or install the package "
      "component relprompt-torch; labelling on the CPU does without it");
}

}  // namespace relprompt::api

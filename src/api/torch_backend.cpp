#include "api/torch_backend.h"

#include <string>

#include <dlfcn.h>
#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/version.h"

#include "base/library_beside.h"
#include "base/process_state.h"

namespace relprompt::api {
namespace {

constexpr const char* kLibrary = "librelprompt-torch.so";

const TorchBackend* load(std::string& reasons) {
  void* library = open_library_beside(kLibrary, reasons);
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

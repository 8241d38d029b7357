// Loads librelprompt-hub.so.
#include <string>

#include <dlfcn.h>
#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/version.h"

#include "base/library_beside.h"
#include "hub/transport.h"

namespace relprompt::hub {
namespace {

constexpr const char* kLibrary = "librelprompt-hub.so";

const TransportTable* load(std::string& reasons) {
  void* library = open_library_beside(kLibrary, reasons);
  if (library == nullptr) return nullptr;
  using Entry = const TransportTable* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(library, kTransportSymbol));
  const auto* table = entry == nullptr ? nullptr : entry();
  if (table != nullptr && std::string(table->version) == RELPROMPT_VERSION) return table;
  reasons += fmt::format("\n  it is of another version than {}", RELPROMPT_VERSION);
  return nullptr;
}

}  // namespace

std::unique_ptr<Transport> make_transport() {
  static std::string reasons;
  static const TransportTable* const table = load(reasons);
  if (table != nullptr) return table->make();
  throw Error(
      ErrorCode::kNoDevice,
      fmt::format("fetching needs the optional library {}, which {}{}", kLibrary,
                  reasons.empty() ? "is not installed beside this program" : "cannot be loaded", reasons),
      "install libcurl4-openssl-dev and build again. Models do without it whose files are on this disk or in "
      "the cache; fetch them by other means and give their folder");
}

}  // namespace relprompt::hub

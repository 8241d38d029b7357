#include "tar/tar_library.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include "relprompt/error.h"

#include "base/library_beside.h"

namespace relprompt::tar {
namespace {

constexpr const char* kLibrary = "librelprompt-tar.so";

struct Loaded {
  const TarTable* table = nullptr;
  std::string reasons;
};

Loaded load() {
  Loaded loaded;
  const char* wanted = std::getenv("RELPROMPT_TAR");
  if (wanted != nullptr && std::strcmp(wanted, "off") == 0) {
    loaded.reasons = "\n  RELPROMPT_TAR=off";
    return loaded;
  }
  loaded.table = table_beside<TarTable>(kLibrary, kTarSymbol, loaded.reasons);
  return loaded;
}

}  // namespace

const TarTable& tar_table() {
  static const Loaded loaded = load();
  if (loaded.table != nullptr) return *loaded.table;
  throw Error(
      ErrorCode::kNoDevice,
      std::string("tars need the optional library ") + kLibrary + ", which is not here" + loaded.reasons,
      "scripts/install_dependencies.sh --tar installs libarchive; then build again. Or unpack the tars and "
      "label the folders");
}

}  // namespace relprompt::tar

#include "raster/library.h"

#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/library_beside.h"

namespace relprompt::raster {
namespace {

constexpr const char* kLibrary = "librelprompt-raster.so";

ErrorCode code_of(Problem problem) {
  switch (problem) {
    case Problem::kNotFound:
      return ErrorCode::kNotFound;
    case Problem::kNotARaster:
    case Problem::kUnsupported:
      return ErrorCode::kNotAnImage;
    case Problem::kDamaged:
      return ErrorCode::kTruncatedImage;
    case Problem::kNotWritable:
      return ErrorCode::kNotWritable;
    case Problem::kDiskFull:
      return ErrorCode::kDiskFull;
    case Problem::kNoMemory:
      return ErrorCode::kOutOfMemory;
    case Problem::kStopped:
      return ErrorCode::kCancelled;
    case Problem::kNone:
      break;
  }
  return ErrorCode::kInternal;
}

}  // namespace

const RasterTable& library() {
  const char* wanted = std::getenv("RELPROMPT_RASTER");
  const bool forbidden = wanted != nullptr && std::strcmp(wanted, "off") == 0;
  std::string reasons = forbidden ? "\n  RELPROMPT_RASTER=off keeps it from being loaded" : "";
  const auto* table = forbidden ? nullptr : table_beside<RasterTable>(kLibrary, kRasterSymbol, reasons);
  if (table != nullptr) return *table;
  throw Error(
      ErrorCode::kNoDevice,
      fmt::format("rasters need the optional library {}, which cannot be loaded{}", kLibrary, reasons),
      "scripts/install_dependencies.sh --raster installs GDAL; then configure and build again");
}

void check(const Answer& answer, const std::string& path) {
  if (answer.problem == Problem::kNone) return;
  const auto code = code_of(answer.problem);
  const char* hint = "";
  if (answer.problem == Problem::kNotARaster) hint = "gdalinfo tells what GDAL makes of a file";
  if (answer.problem == Problem::kDiskFull) hint = "free some space; the same command with --resume goes on";
  throw Error(code, fmt::format("{}: {}", path, answer.words), hint);
}

}  // namespace relprompt::raster

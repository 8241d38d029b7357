#include "image/heif_decode.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/library_beside.h"
#include "image/compose.h"
#include "image/heif_table.h"

namespace relprompt::image {
namespace {

constexpr const char* kLibrary = "librelprompt-heif.so";

const HeifTable* load() {
  const char* wanted = std::getenv("RELPROMPT_HEIF");
  if (wanted != nullptr && std::strcmp(wanted, "off") == 0) return nullptr;
  std::string reasons;  // nobody needs to hear them: an image that needs the library says so
  return table_beside<HeifTable>(kLibrary, kHeifSymbol, reasons);
}

const HeifTable* heif_table() {
  static const HeifTable* const table = load();
  return table;
}

}  // namespace

bool reads_heif() {
  return heif_table() != nullptr;
}

bool has_heif_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".heic" || extension == ".heif" || extension == ".avif";
}

Image decode_heif(const Source& source) {
  const HeifTable* const table = heif_table();
  if (table == nullptr) {
    source.unsupported(
        fmt::format("it is HEIC or AVIF, which need the optional library {}: install libheif-dev and build "
                    "again, or convert it",
                    kLibrary));
  }
  HeifImage result;
  const auto problem = table->decode(source.data(), source.size(), source.max_pixels(), result);
  if (result.width > 0 && result.height > 0) {
    source.check_size(static_cast<std::uint64_t>(result.width), static_cast<std::uint64_t>(result.height));
  }
  switch (problem) {
    case HeifProblem::kNone:
      break;
    case HeifProblem::kNoMemory:
      throw Error(ErrorCode::kOutOfMemory, "not enough memory to decode " + source.name());
    case HeifProblem::kDamaged:
    case HeifProblem::kTooLarge:  // with a size that check_size accepts: the file contradicts itself
      source.damaged("libheif: " + result.words);
    case HeifProblem::kUnsupported:
      source.unsupported("libheif: " + result.words);
  }
  if (result.alpha) lay_over_white(result.image.rgb);
  if (result.others > 0) {
    result.image.notes.push_back(
        fmt::format("the file has {} more images, which are left out", result.others));
  }
  return std::move(result.image);
}

}  // namespace relprompt::image

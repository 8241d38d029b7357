// What the optional library librelprompt-heif offers: HEIC and AVIF images through libheif. Both come from
// one build; the version in the table refuses any other pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "relprompt/image.h"

namespace relprompt::image {

/// Why an image was not decoded.
enum class HeifProblem { kNone, kDamaged, kUnsupported, kTooLarge, kNoMemory };

/// A primary image as it is meant to be seen (turned, mirrored, cut).
struct HeifImage {
  Image image;  ///< of four bytes a pixel, RGBA, if it has alpha
  bool alpha = false;
  int width = 0, height = 0;  ///< of the file, known before anything is decoded
  int others = 0;             ///< further top-level images, which are left out
  std::string words;          ///< of libheif, on a problem
};

struct HeifTable {
  const char* version;  ///< RELPROMPT_VERSION of its build
  /// Decodes unless there are more than max_pixels. Any thread may call it.
  HeifProblem (*decode)(const std::uint8_t* data, std::size_t size, std::uint64_t max_pixels,
                        HeifImage& result);
};

/// The name under which the library exports `const HeifTable* f()`.
constexpr const char* kHeifSymbol = "relprompt_heif";

}  // namespace relprompt::image

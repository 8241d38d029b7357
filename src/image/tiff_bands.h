// Which samples of a TIFF's pixels become red, green and blue, and which one is alpha.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "relprompt/image.h"

#include "image/tiff_layout.h"

namespace relprompt::image {

/// What the colour samples mean.
enum class TiffColors {
  kGrey,       ///< one band, repeated
  kInverted,   ///< one band, 0 is white
  kRgb,        ///< three bands
  kPalette,    ///< one band of indices
  kCmyk,       ///< four bands of ink
  kConverted,  ///< colour spaces that libtiff itself turns into RGB
};

struct TiffBands {
  TiffColors colors = TiffColors::kGrey;
  std::vector<std::uint16_t> samples;  ///< of a pixel, counted from 0, in the order of `colors`
  int alpha = -1;                      ///< sample; -1: none
  bool premultiplied = false;          ///< colours have been multiplied by alpha already
  std::vector<std::string> notes;      ///< what was decided

  /// The planes that hold these samples, for read_tiff_rows.
  std::vector<std::uint16_t> planes(bool separate) const;
};

/// ExtraSamples are honoured: 1 and 2 are alpha, others are data. A fourth channel of RGB without that tag is
/// taken for alpha, as some programs write it. Data bands alone: the first three, or the first if there are
/// fewer. Throws Error: kNotAnImage (colour spaces and inks that are not read), kBadArgument (options.bands
/// name a band that the file has not).
TiffBands choose_tiff_bands(const Source& source, const TiffLayout& layout, const DecodeOptions& options);

}  // namespace relprompt::image

// What the first directory of a TIFF says about its samples, and a check that all its strips or tiles lie
// inside the file, are large enough and are no bomb, before anything is decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "relprompt/image.h"

#include "image/tiff_file.h"

namespace relprompt::image {

struct TiffLayout {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1;         ///< of a sample
  std::uint16_t samples = 1;      ///< of a pixel
  std::uint16_t format = 1;       ///< SampleFormat: 1 unsigned, 2 signed, 3 floating-point
  std::uint16_t photometric = 1;  ///< PhotometricInterpretation
  std::uint16_t compression = 1;
  int orientation = 1;
  bool separate = false;  ///< a plane a sample instead of pixel after pixel
  bool tiled = false;
  std::uint32_t piece_width = 0, piece_height = 0;  ///< of a tile or strip
  std::vector<std::uint16_t> extra;                 ///< ExtraSamples as declared: 0 data, 1 and 2 alpha
  bool extra_declared = false;                      ///< the file has that tag
  std::optional<SampleRange> range;                 ///< SMinSampleValue and SMaxSampleValue
  std::size_t further_pages = 0;
};

/// Reads the layout and checks the image's size. Throws Error: kTruncatedImage, kImageTooLarge.
TiffLayout read_tiff_layout(TiffFile& file);

/// Checks every strip or tile, with its compressed stream where its end can be told (tiff_streams.h).
/// Throws Error: kTruncatedImage, kImageTooLarge.
void check_tiff_pieces(TiffFile& file, const TiffLayout& layout);

/// A TIFF ready to be read. Throws Error: as TiffFile and read_tiff_layout.
struct OpenTiff {
  explicit OpenTiff(const Source& source);

  TiffFile file;
  TiffLayout layout;
};

}  // namespace relprompt::image

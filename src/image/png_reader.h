// libpng behind a class: reads from memory, never prints, never longjmps past a destructor, and tells a file
// that ends early from one that is corrupt. Text, colour profiles and other chunks that change no pixel are
// skipped unopened: a few kilobytes of them can unpack to gigabytes.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "image/source.h"

namespace relprompt::image {

/// What the header says.
struct PngHeader {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  int bits = 0;  ///< of one stored sample: 1, 2, 4, 8 or 16
  bool palette = false;
  bool colour = false;  ///< palette or RGB
  bool alpha = false;   ///< an alpha channel, or transparent colours in a tRNS chunk
};

class PngReader {
 public:
  /// Reads everything up to the pixels and checks the size. Throws Error: kTruncatedImage, kImageTooLarge.
  explicit PngReader(const Source& source);
  ~PngReader();
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  const PngHeader& header() const noexcept { return header_; }

  /// Call one of these three once. They read the file to its end and throw Error(kTruncatedImage,
  /// kOutOfMemory). Pixels as 8-bit colours: [height, width, 3], or [height, width, 4] if header().alpha.
  std::vector<std::uint8_t> read_colours();
  /// The same of an image of 16 bits a sample, with all of them.
  std::vector<std::uint16_t> read_wide_colours();
  /// Stored sample values or palette indices, not scaled: [height, width] of one-channel images.
  std::vector<std::uint16_t> read_samples();

  /// EXIF orientation; known after a read.
  int orientation() const noexcept { return orientation_; }
  /// Frames of an animation (APNG), of which the default image is read; else 1.
  std::uint32_t frames() const;

 private:
  struct State;
  [[noreturn]] void fail() const;
  void read_rows(void* bytes, std::size_t row_bytes);

  const Source& source_;
  std::unique_ptr<State> state_;
  PngHeader header_;
  int orientation_ = 1;
};

}  // namespace relprompt::image

// libtiff behind a class: reads from memory, prints nothing, allocates within bounds, and turns its
// complaints into the project's errors.
//
// While a directory is read, warnings are tolerated: unknown tags and odd types are frequent in intact files.
// While pixels are decoded, a warning means that codes made no sense or data was missing, and is taken for
// damage.
#pragma once

#include <memory>
#include <string>

#include <tiffio.h>

#include "image/source.h"

namespace relprompt::image {

class TiffFile {
 public:
  /// Reads the first directory. `source` must outlive the object.
  /// @param max_allocation bytes that libtiff may allocate at once
  /// Throws Error: kTruncatedImage, kOutOfMemory.
  TiffFile(const Source& source, std::size_t max_allocation);
  ~TiffFile();
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  TIFF* handle() const noexcept { return tiff_; }
  const Source& source() const noexcept { return *source_; }

  /// The value of an integer tag, or of its default, or `fallback`.
  template <class Number>
  Number value(std::uint32_t tag, Number fallback) const {
    Number found = 0;
    return TIFFGetFieldDefaulted(tiff_, tag, &found) != 0 ? found : fallback;
  }

  /// Runs a decoding call, which returns whether it succeeded. Throws Error(kTruncatedImage) if it did not,
  /// or if libtiff complained.
  template <class Call>
  void decode(Call&& call) {
    begin();
    finish(call());
  }

 private:
  struct State;
  void begin();
  void finish(bool succeeded);

  const Source* source_;
  std::unique_ptr<State> state_;
  TIFF* tiff_ = nullptr;
};

}  // namespace relprompt::image

// A walk through the compressed bytes of one strip or tile before libtiff decodes it. libtiff stops as soon
// as it has the pixels it wants, so that it neither compares Deflate's checksum nor notices that LZW codes of
// a damaged strip stand for too many or too few bytes. Other compressions have no such end, and libtiff's own
// complaints are all there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "image/tiff_layout.h"

namespace relprompt::image {

struct TiffStream {
  const std::uint8_t* data;
  std::uint64_t size;
  std::uint64_t wanted;  ///< decoded bytes
};

/// LZW: codes of the table only, exactly the wanted bytes, then the end code. Deflate: a whole stream of
/// exactly the wanted bytes with the right checksum. PackBits: packets that end with every row. The last
/// strip of a file may also be a whole one. Others pass. Throws Error(kTruncatedImage), which calls the piece
/// by `name`.
void check_tiff_stream(const TiffFile& file, const TiffLayout& layout, const TiffStream& stream,
                       const std::string& name);

}  // namespace relprompt::image

#include "image/tiff_bands.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

namespace relprompt::image {
namespace {

// Samples of the colour space alone.
std::uint16_t color_samples(const TiffLayout& layout) {
  switch (layout.photometric) {
    case PHOTOMETRIC_SEPARATED:
      return 4;
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_YCBCR:
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
    case PHOTOMETRIC_ITULAB:
      return 3;
    default:
      return 1;
  }
}

TiffColors colors_of(const Source& source, const TiffLayout& layout) {
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISWHITE:
      return TiffColors::kInverted;
    case PHOTOMETRIC_MINISBLACK:
      return TiffColors::kGrey;
    case PHOTOMETRIC_RGB:
      return TiffColors::kRgb;
    case PHOTOMETRIC_PALETTE:
      return TiffColors::kPalette;
    case PHOTOMETRIC_SEPARATED:
      return TiffColors::kCmyk;
    case PHOTOMETRIC_YCBCR:
      // libjpeg turns these into RGB (tiff_decode.cpp asks for it).
      if (layout.compression == COMPRESSION_JPEG && !layout.separate) return TiffColors::kRgb;
      return TiffColors::kConverted;
    case PHOTOMETRIC_CIELAB:
      return TiffColors::kConverted;
    default:
      source.unsupported(
          fmt::format("it is a TIFF of colour space {}; grey, RGB, palette, CMYK, YCbCr and "
                      "CIE L*a*b* are read",
                      layout.photometric));
  }
}

bool is_alpha(std::uint16_t kind) {
  return kind == EXTRASAMPLE_ASSOCALPHA || kind == EXTRASAMPLE_UNASSALPHA;
}

void find_alpha(const TiffLayout& layout, std::uint16_t colors, TiffBands& found) {
  for (std::size_t i = 0; i < layout.extra.size() && layout.extra_declared; ++i) {
    const std::size_t sample = colors + i;
    if (!is_alpha(layout.extra[i]) || sample >= layout.samples) continue;
    found.alpha = static_cast<int>(sample);
    found.premultiplied = layout.extra[i] == EXTRASAMPLE_ASSOCALPHA;
    return;
  }
  if (!layout.extra_declared && layout.photometric == PHOTOMETRIC_RGB && layout.samples == 4) {
    found.alpha = 3;
    found.notes.push_back(
        "the TIFF does not say what its fourth channel is; it is taken for alpha (--bands 1,2,3 leaves it "
        "out)");
  }
}

// Bands that the user has named.
void take_named(const Source& source, const TiffLayout& layout, const std::vector<int>& bands,
                TiffBands& found) {
  if (found.colors == TiffColors::kPalette || found.colors == TiffColors::kCmyk ||
      found.colors == TiffColors::kConverted) {
    return;  // they count in the RGB that comes of these (tiff_decode.cpp)
  }
  for (const int band : bands) {
    if (band > layout.samples) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{} has no band {}: its pixels have {}", source.name(), band,
                              layout.samples == 1 ? "one band" : fmt::format("{} bands", layout.samples)));
    }
  }
  found.samples.clear();
  for (const int band : bands) found.samples.push_back(static_cast<std::uint16_t>(band - 1));
  if (bands.size() == 3) found.colors = TiffColors::kRgb;
  if (bands.size() == 1 && found.colors == TiffColors::kRgb) found.colors = TiffColors::kGrey;
  const auto chosen = static_cast<std::uint16_t>(found.alpha);
  const bool data = std::find(found.samples.begin(), found.samples.end(), chosen) != found.samples.end();
  if (data || !layout.extra_declared) found.alpha = -1;
  found.notes = {fmt::format("bands {} of {} are taken as {}", fmt::join(bands, ", "), layout.samples,
                             bands.size() == 1 ? "grey" : "red, green and blue")};
}

// Grey with further bands of data is how images of many bands are stored.
void take_first(const TiffLayout& layout, std::uint16_t colors, TiffBands& found) {
  const int data = layout.samples - (found.alpha >= 0 ? 1 : 0);
  if (found.colors == TiffColors::kGrey && data >= 3) {
    found.colors = TiffColors::kRgb;
    colors = 3;
  }
  for (std::uint16_t sample = 0; found.samples.size() < colors; ++sample) {
    if (sample != found.alpha) found.samples.push_back(sample);
  }
  if (data <= colors) return;
  found.notes.push_back(
      colors == 1 ? fmt::format("the first of {} bands is taken as grey (--bands changes that)", data)
                  : fmt::format("the first {} of {} bands are taken as colours (--bands changes that)",
                                colors, data));
}

}  // namespace

std::vector<std::uint16_t> TiffBands::planes(bool separate) const {
  if (!separate) return {0};
  std::vector<std::uint16_t> planes = samples;
  if (alpha >= 0) planes.push_back(static_cast<std::uint16_t>(alpha));
  std::sort(planes.begin(), planes.end());
  planes.erase(std::unique(planes.begin(), planes.end()), planes.end());
  return planes;
}

TiffBands choose_tiff_bands(const Source& source, const TiffLayout& layout, const DecodeOptions& options) {
  TiffBands found;
  found.colors = colors_of(source, layout);
  const std::uint16_t colors = color_samples(layout);
  if (layout.samples < colors) {
    source.damaged(fmt::format("its pixels have {} samples, their colour space {} needs {}", layout.samples,
                               layout.photometric, colors));
  }
  find_alpha(layout, colors, found);
  take_first(layout, colors, found);
  if (!options.bands.empty()) take_named(source, layout, options.bands, found);
  return found;
}

}  // namespace relprompt::image

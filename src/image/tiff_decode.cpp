#include "image/tiff_decode.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "image/compose.h"
#include "image/orientation.h"
#include "image/sample_levels.h"
#include "image/tiff_rows.h"
#include "image/tiff_samples.h"

namespace relprompt::image {
namespace {

using Palette = std::array<const std::uint16_t*, 3>;

// Some writers fill the 16-bit palette with 8-bit values.
bool is_byte_palette(const Palette& palette, std::size_t count) {
  for (const std::uint16_t* channel : palette) {
    for (std::size_t i = 0; i < count; ++i) {
      if (channel[i] >= 256) return false;
    }
  }
  return true;
}

std::vector<std::array<std::uint8_t, 3>> palette_of(const OpenTiff& tiff) {
  const int bits = tiff.layout.bits;
  if (bits > 8) tiff.file.source().unsupported(fmt::format("it is a TIFF with a palette of {} bits", bits));
  std::uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
  if (TIFFGetField(tiff.file.handle(), TIFFTAG_COLORMAP, &red, &green, &blue) == 0) {
    tiff.file.source().damaged("its TIFF palette is missing");
  }
  const Palette stored = {red, green, blue};
  std::vector<std::array<std::uint8_t, 3>> colors(std::size_t{1} << bits);
  const bool bytes = is_byte_palette(stored, colors.size());
  for (std::size_t i = 0; i < colors.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      colors[i][c] = static_cast<std::uint8_t>(bytes ? stored[c][i] : stored[c][i] >> 8);
    }
  }
  return colors;
}

/// Pixels of three channels, or of four with alpha or ink, filled row by row.
class Canvas {
 public:
  Canvas(OpenTiff& tiff, TiffBands& bands, const DecodeOptions& options)
      : tiff_(tiff),
        bands_(bands),
        channels_(bands.colors == TiffColors::kCmyk || bands.alpha >= 0 ? 4 : 3),
        range_(options.range ? options.range : tiff.layout.range),
        levels_(tiff.file.source(), tiff.layout, bands.colors == TiffColors::kPalette ? std::nullopt : range_,
                bands.colors == TiffColors::kInverted),
        alpha_levels_(alpha_reader(tiff, range_)) {
    if (bands.colors == TiffColors::kPalette) palette_ = palette_of(tiff);
    pixels_.resize(std::size_t{tiff.layout.width} * tiff.layout.height * channels_);
  }

  void take(const TiffRow& row) {
    std::uint8_t* const out = pixels_.data() + (row.y * tiff_.layout.width + row.x) * channels_;
    for (std::size_t c = 0; c < bands_.samples.size(); ++c) {
      if (holds(row, bands_.samples[c])) take_color(row, c, out);
    }
    if (bands_.alpha >= 0 && holds(row, static_cast<std::uint16_t>(bands_.alpha))) {
      alpha_levels_.read(row.bytes, place_of(row, static_cast<std::uint16_t>(bands_.alpha)), out + 3,
                         channels_);
    }
  }

  std::vector<std::uint8_t> finish() {
    if (bands_.colors == TiffColors::kCmyk) {
      mix_inks();
    } else if (channels_ == 4) {
      lay_over_white(pixels_, bands_.premultiplied);
    }
    return std::move(pixels_);
  }

  std::uint16_t largest() const { return levels_.largest(); }

 private:
  // Alpha of whole numbers covers their type, whatever range of the colours a user asks for.
  static SampleReader alpha_reader(const OpenTiff& tiff, const std::optional<SampleRange>& range) {
    const bool whole = tiff.layout.format == SAMPLEFORMAT_UINT && tiff.layout.bits <= 16;
    return {tiff.file.source(), tiff.layout, whole ? tiff.layout.range : range, false};
  }

  bool holds(const TiffRow& row, std::uint16_t sample) const {
    return !tiff_.layout.separate || row.plane == sample;
  }

  SamplePlace place_of(const TiffRow& row, std::uint16_t sample) const {
    if (tiff_.layout.separate) return {0, 1, row.count};
    return {sample, tiff_.layout.samples, row.count};
  }

  void take_color(const TiffRow& row, std::size_t c, std::uint8_t* out) {
    const SamplePlace place = place_of(row, bands_.samples[c]);
    if (bands_.colors == TiffColors::kPalette) {
      each_sample(tiff_.layout.bits, row.bytes, place, [&](std::size_t i, std::uint16_t index) {
        std::copy(palette_[index].begin(), palette_[index].end(), out + i * channels_);
      });
      return;
    }
    levels_.read(row.bytes, place, out + c, channels_);
    if (bands_.samples.size() > 1) return;
    for (std::size_t i = 0; i < row.count; ++i)
      out[i * channels_ + 1] = out[i * channels_ + 2] = out[i * channels_];
  }

  void mix_inks() {
    std::uint8_t* const bytes = pixels_.data();
    const std::size_t pixels = pixels_.size() / 4;
    for (std::size_t i = 0; i < pixels; ++i) {
      const int light = 255 - bytes[4 * i + 3];
      for (std::size_t c = 0; c < 3; ++c) {
        bytes[3 * i + c] = static_cast<std::uint8_t>(light * (255 - bytes[4 * i + c]) / 255);
      }
    }
    pixels_.resize(pixels * 3);
  }

  OpenTiff& tiff_;
  const TiffBands& bands_;
  std::size_t channels_;
  std::optional<SampleRange> range_;
  SampleReader levels_, alpha_levels_;
  std::vector<std::array<std::uint8_t, 3>> palette_;
  std::vector<std::uint8_t> pixels_;
};

// libjpeg turns the rows into RGB. Inks other than cyan, magenta, yellow and black have no colours.
void prepare(OpenTiff& tiff, TiffBands& bands) {
  if (bands.colors == TiffColors::kRgb && tiff.layout.photometric == PHOTOMETRIC_YCBCR) {
    TIFFSetField(tiff.file.handle(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  if (bands.colors != TiffColors::kCmyk) return;
  const auto inks = tiff.file.value<std::uint16_t>(TIFFTAG_INKSET, INKSET_CMYK);
  if (inks != INKSET_CMYK) tiff.file.source().unsupported("it is a TIFF of other inks than CMYK");
  if (bands.alpha >= 0) bands.notes.push_back("alpha of a CMYK image is left out");
  bands.alpha = -1;
}

void add_notes(const TiffLayout& layout, const DecodeOptions& options, std::uint16_t largest, Image& image) {
  auto& notes = image.notes;
  if (layout.further_pages > 0) {
    notes.insert(notes.begin(), fmt::format("the first of {} pages is read", layout.further_pages + 1));
  }
  if (options.range) return;
  if (layout.range) {
    notes.push_back(fmt::format("values {} to {} become black to white, as the TIFF states",
                                layout.range->min, layout.range->max));
  } else if (layout.bits > 8 && largest > 0 && largest >> (layout.bits - 2) == 0) {
    int bits = 1;
    while (largest >> bits != 0) ++bits;
    notes.push_back(
        fmt::format("no value is above {} of {}, so that the image is dark; if its data has {} bits, "
                    "--range 0,{} shows it",
                    largest, (1 << layout.bits) - 1, bits, (1 << bits) - 1));
  }
}

}  // namespace

Image decode_tiff(const Source& source, const DecodeOptions& options) {
  OpenTiff tiff(source);
  TiffBands bands = choose_tiff_bands(source, tiff.layout, options);
  prepare(tiff, bands);
  check_tiff_pieces(tiff.file, tiff.layout);  // before memory for the image is asked for
  Image image;
  std::uint16_t largest = 0;
  if (bands.colors == TiffColors::kConverted) {
    image = convert_tiff(tiff);
    apply_range(image.rgb, 3, options.range);
  } else {
    Canvas canvas(tiff, bands, options);
    read_tiff_rows(tiff, bands.planes(tiff.layout.separate), [&](const TiffRow& row) { canvas.take(row); });
    image.rgb = canvas.finish();
    largest = canvas.largest();
  }
  image.height = static_cast<int>(tiff.layout.height);
  image.width = static_cast<int>(tiff.layout.width);
  image.notes = bands.notes;
  const bool named = bands.colors == TiffColors::kPalette || bands.colors == TiffColors::kCmyk ||
                     bands.colors == TiffColors::kConverted;
  if (named) choose_bands(image, options.bands, source.name());
  add_notes(tiff.layout, options, largest, image);
  return upright(std::move(image), tiff.layout.orientation);
}

}  // namespace relprompt::image

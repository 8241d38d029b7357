// Checks the first directory of a TIFF and that all its strips or tiles lie inside the file.
#include <utility>

#include <fmt/format.h>

#include "image/probe.h"
#include "image/tiff_directory.h"

namespace relprompt::image {
namespace {

enum Tag : std::uint16_t {
  kWidth = 256,
  kHeight = 257,
  kBits = 258,
  kPhotometric = 262,
  kStripOffsets = 273,
  kOrientation = 274,
  kSamples = 277,
  kRowsPerStrip = 278,
  kStripBytes = 279,
  kPlanar = 284,
  kTileWidth = 322,
  kTileHeight = 323,
  kTileOffsets = 324,
  kTileBytes = 325,
  kExtraSamples = 338,
  kSampleFormat = 339,
};

constexpr std::uint32_t kBlackIsZero = 1, kRgb = 2;

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) {
  return b == 0 ? 0 : (a + b - 1) / b;
}

// How many strips or tiles a picture of this size must have; 0 if the directory contradicts itself.
std::uint64_t pieces_wanted(const TiffDirectory& directory, const Probe& probe, bool tiled) {
  const std::uint64_t planes = directory.value(kPlanar, 1) == 2 ? directory.value(kSamples, 1) : 1;
  if (tiled) {
    return planes * divide_up(probe.width, directory.value(kTileWidth, 0)) *
           divide_up(probe.height, directory.value(kTileHeight, 0));
  }
  return planes * divide_up(probe.height, directory.value(kRowsPerStrip, 0xFFFFFFFF));
}

void check_pieces(const Source& source, const TiffDirectory& directory, const Probe& probe) {
  const bool tiled = directory.has(kTileOffsets);
  const char* piece = tiled ? "tile" : "strip";
  const auto offsets = directory.values(tiled ? kTileOffsets : kStripOffsets);
  const auto bytes = directory.values(tiled ? kTileBytes : kStripBytes);
  const std::uint64_t wanted = pieces_wanted(directory, probe, tiled);
  if (wanted == 0 || offsets.size() < wanted || bytes.size() < wanted) {
    source.damaged(
        fmt::format("{} {}s of pixels are needed, the TIFF directory has offsets of {} and sizes of {}",
                    wanted, piece, offsets.size(), bytes.size()));
  }
  for (std::size_t i = 0; i < wanted; ++i) {
    if (bytes[i] == 0 || !source.has(offsets[i], bytes[i])) {
      source.damaged(fmt::format("{} {} of {} ({} bytes at offset {}) lies outside the file of {} bytes",
                                 piece, i + 1, wanted, bytes[i], offsets[i], source.size()));
    }
  }
}

// Refuses what OpenCV would decode to something else than the picture.
void check_samples(const Source& source, const TiffDirectory& directory) {
  const std::uint32_t bits = directory.value(kBits, 1), format = directory.value(kSampleFormat, 1);
  if (format != 1 && format != 4) {
    source.unsupported(fmt::format("it is a TIFF of {} samples; unsigned ones are read",
                                   format == 3   ? "floating-point"
                                   : format == 2 ? "signed"
                                                 : "complex or unknown"));
  }
  if (bits != 1 && bits != 4 && bits != 8 && bits != 16) {
    source.unsupported(fmt::format("it is a TIFF with {}-bit samples; 1, 4, 8 or 16 bits are read", bits));
  }
  const std::uint32_t samples = directory.value(kSamples, 1), meaning = directory.value(kPhotometric, 1);
  if (samples == 2 || samples > 4) {
    source.unsupported(fmt::format("it is a TIFF with {} channels; 1, 3 or 4 are read", samples));
  }
  if (bits == 16 && meaning != kBlackIsZero && meaning != kRgb) {
    source.unsupported(
        fmt::format("it is a 16-bit TIFF of colour space {}; grey (1) and RGB (2) are read", meaning));
  }
}

// libtiff multiplies 8-bit colours by an unassociated alpha by itself. A fourth channel without a note is
// what OpenCV writes for straight alpha.
Alpha alpha_of(const TiffDirectory& directory) {
  constexpr std::uint32_t kAssociated = 1, kUnassociated = 2;
  if (directory.value(kSamples, 1) != 4 || directory.value(kPhotometric, 1) != kRgb) return Alpha::kNone;
  const std::uint32_t extra = directory.value(kExtraSamples, 0);
  const bool multiplied = extra == kAssociated || (extra == kUnassociated && directory.value(kBits, 1) == 8);
  return multiplied ? Alpha::kPremultiplied : Alpha::kStraight;
}

}  // namespace

Probe probe_tiff(const Source& source) {
  const auto directory = TiffDirectory::read(source.data(), source.size());
  if (!directory) source.damaged("its TIFF directory is malformed or lies outside the file");
  Probe probe;
  probe.width = directory->value(kWidth, 0);
  probe.height = directory->value(kHeight, 0);
  source.check_size(probe.width, probe.height);
  check_samples(source, *directory);
  check_pieces(source, *directory, probe);
  probe.alpha = alpha_of(*directory);
  // OpenCV turns TIFFs upright in every mode, so only the size remains to be exchanged here.
  const std::uint32_t orientation = directory->value(kOrientation, 1);
  if (orientation >= 5 && orientation <= 8) std::swap(probe.width, probe.height);
  return probe;
}

}  // namespace relprompt::image

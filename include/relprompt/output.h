// Writing what was found: every file that `relprompt segment` writes, as docs/formats.md describes them.
//
// A file appears whole or not at all, and its folder is made if needed. A file that relprompt wrote and
// nobody changed since is replaced; anything else stays, and the call throws Error(kNotWritable). To know
// which files those are, relprompt lists what it wrote in the folder's .relprompt-files. All functions here
// also throw Error(kDiskFull) and Error(kOutOfMemory).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "relprompt/classes.h"
#include "relprompt/export.h"
#include "relprompt/image.h"
#include "relprompt/options.h"
#include "relprompt/segmenter.h"

namespace relprompt {

/// Colour of a class, 0xRRGGBB, the same in palettes, overlays and legends; it never depends on the other
/// classes. LabelMap::kUnknown is black.
RELPROMPT_API std::uint32_t class_color(std::uint16_t label);

/// What label files of so many classes hold for LabelMap::kUnknown: 255, or 65535 in those of 16 bits.
RELPROMPT_API std::uint16_t unknown_label(std::size_t classes);

/// Grey PNG whose values are labels: 8 bits and 255 for unknown with up to 255 classes, else 16 bits and
/// 65535. Throws Error(kBadArgument) for an empty map or a label of `classes` or more.
RELPROMPT_API void write_labels(const std::filesystem::path& path, const LabelMap& map, std::size_t classes);

/// PNG in the classes' colours whose palette indices are labels, 255 is unknown; with more than 255 classes,
/// which no palette holds, an RGB image. Throws as write_labels.
RELPROMPT_API void write_palette(const std::filesystem::path& path, const LabelMap& map, std::size_t classes);

/// Image and class colours in one image, with a legend of the classes found, largest share first. Its size
/// is the image's (times a whole factor, see OverlayOptions::min_side) plus the legend's band; the image
/// stays at the top left. Throws Error(kBadArgument) if the sizes differ, a label has no class, or alpha is
/// out of range.
RELPROMPT_API Image draw_overlay(const Image& image, const LabelMap& map, const ClassList& classes,
                                 const OverlayOptions& options = {});

/// Writes draw_overlay's image: a PNG if the path ends in .png, a JPEG if in .jpg or .jpeg, scaled down
/// where it is too long for that. Throws as draw_overlay; Error(kBadArgument) for another ending.
RELPROMPT_API void write_overlay(const std::filesystem::path& path, const Image& image, const LabelMap& map,
                                 const ClassList& classes, const OverlayOptions& options = {});

/// Writes any image: a PNG, or a JPEG of this quality, 1 to 100, by the path's ending as write_overlay.
/// Throws Error(kBadArgument) for an empty image, a side that the format cannot hold, or a quality out of
/// range.
RELPROMPT_API void write_image(const std::filesystem::path& path, const Image& image, int quality = 92);

/// Scores of all classes as a NumPy file [class, row, column], written while they are computed:
///
///   ScoreFile file("a.scores.npy", classes.size(), image.height, image.width);
///   const auto result = segmenter.segment(image, {}, file.sink());
///   file.commit(result.labels);
class RELPROMPT_API ScoreFile {
 public:
  /// float16 with `half`, float32 without. Nothing appears at the path before commit. Throws
  /// Error(kBadArgument) for no class or pixel.
  ScoreFile(const std::filesystem::path& path, std::size_t classes, int height, int width, bool half = true);
  ~ScoreFile();
  ScoreFile(ScoreFile&&) noexcept;
  ScoreFile& operator=(ScoreFile&&) noexcept;

  /// The next `count` planes [count, height, width].
  void append(const float* planes, std::size_t count);
  /// For Segmenter::segment; it must not outlive this object, nor this be moved.
  ScoreSink sink();
  /// Makes the file appear. The arg max over the classes is the label map also where float16 would hide it:
  /// there a score is changed by one unit in its last place. Throws Error(kBadArgument) for a map of another
  /// size or without all planes.
  void commit(const LabelMap& labels);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes a text file by the rules above: a report (relprompt/report.h), or one of the caller's own.
RELPROMPT_API void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace relprompt

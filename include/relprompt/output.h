// Writing what was found: every file that `relprompt segment` writes, as docs/reference/formats.md describes
// them.
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
#include <string_view>
#include <vector>

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
  ScoreFile(ScoreFile&&) noexcept;             ///< the other one may only be assigned to or destroyed
  ScoreFile& operator=(ScoreFile&&) noexcept;  ///< as the constructor

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

/// A kind of file that results can be saved as. docs/reference/mask_formats.md describes each.
struct OutputFormat {
  std::string name;                         ///< what --save takes, such as "coco"
  std::string image_file;                   ///< ending of each image's file, ".labels.png"; empty: none
  std::vector<std::string> run_files = {};  ///< names of files about all images of a run, "coco.json"
  std::string about;                        ///< a few words for a listing
  bool polygons = false;                    ///< OutputOptions::simplify and min_polygon apply
  bool run_parts = false;                   ///< the files of the run need a part of every image
};

/// All formats: labels, palette, overlay, scores, json, coco, coco-polygons, coco-panoptic, labelme,
/// labelstudio, labelstudio-polygons, cvat, yolo-seg, geojson.
RELPROMPT_API const std::vector<OutputFormat>& output_formats();

/// The format of that name. Throws Error(kBadArgument) that lists the names.
RELPROMPT_API const OutputFormat& output_format(std::string_view name);

/// What was found in an image, as the formats see it. Refers to labels and image, which must outlive it.
/// Pixels that are LabelMap::kUnknown are of no class and in no mask.
struct ImageResult {
  /// Of the image, as a tool is to find it below the folder of images: "street.jpg", "north/street.jpg".
  std::string name;
  /// Of its files, without an ending: "street", "north/street". A relative path without "..".
  std::string stem;
  const LabelMap& labels;        ///< of the image, as large as it
  const Image* image = nullptr;  ///< for "overlay" alone
  std::string report = {};       ///< for "json" alone: Reporter::report
  std::string path = {};         ///< of the image, as seen from its LabelMe file; empty: name
};

/// A file in memory.
struct OutputFile {
  std::string name;   ///< with folders, if any, by '/'
  std::string bytes;  ///< its content
};

/// The file of one image, or an empty string for a format that has none, such as "coco". The same bytes as
/// write_labels, write_palette and write_overlay write. Throws Error: kBadArgument (an unknown format, no
/// label map, a label of classes.size() or more, a stem that is no relative path, options out of range;
/// "overlay" without image; "scores", which ScoreFile writes), kImageTooLarge (2^32 pixels or more).
RELPROMPT_API std::string encode_image_file(std::string_view format, const ImageResult& result,
                                            const ClassList& classes, const OutputOptions& options = {});

/// What the files of a run need to know of one image, for RunFile; empty for a format without such files. It
/// is of about the size of the masks in the format and may be stored: how it is written is stable within a
/// version of relprompt. Throws as encode_image_file.
RELPROMPT_API std::string encode_run_part(std::string_view format, const ImageResult& result,
                                          const ClassList& classes, const OutputOptions& options = {});

/// The same two into a file, whole or not at all, without holding all of it in memory: text of many polygons
/// is far larger than their masks. Throws also kBadArgument for a format without such a file, kNotWritable
/// (something is there that relprompt did not write), kDiskFull.
RELPROMPT_API void write_image_file(const std::filesystem::path& path, std::string_view format,
                                    const ImageResult& result, const ClassList& classes,
                                    const OutputOptions& options = {});
RELPROMPT_API void write_run_part(const std::filesystem::path& path, std::string_view format,
                                  const ImageResult& result, const ClassList& classes,
                                  const OutputOptions& options = {});

/// All files of a run of this one image, the image's own first. Throws as encode_image_file.
RELPROMPT_API std::vector<OutputFile> encode_output(std::string_view format, const ImageResult& result,
                                                    const ClassList& classes,
                                                    const OutputOptions& options = {});

/// One file about all images of a run, such as coco.json, put together from the parts of the images:
///
///   RunFile file("out", "coco", "coco.json", classes);
///   for (...) file.add(encode_run_part("coco", result, classes));
///   file.commit();
///
/// It grows on the disk: memory holds a line an image.
class RELPROMPT_API RunFile {
 public:
  /// A file `name`, one of the run_files of the format, of a run with these classes. Nothing appears in the
  /// folder before commit. Throws Error(kBadArgument) if the format has no such file.
  RunFile(const std::filesystem::path& folder, std::string_view format, std::string_view name,
          const ClassList& classes);
  ~RunFile();
  RunFile(RunFile&&) noexcept;             ///< the other one may only be assigned to or destroyed
  RunFile& operator=(RunFile&&) noexcept;  ///< as the constructor

  /// The next image; its number in the file follows from the order of the calls. Throws Error(kBadArgument)
  /// for what is no part of this format, kNotWritable, kDiskFull.
  void add(std::string_view part);
  /// Makes the file appear. Throws Error: kNotWritable, kDiskFull.
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes a run into a folder in any number of formats: the files of an image as soon as it is added, those
/// of the run by finish(). Results need not be kept in memory.
class RELPROMPT_API OutputWriter {
 public:
  /// Throws Error: kBadArgument (an unknown format, or "scores"; options), kNotWritable if a file of the run
  /// is there that relprompt did not write.
  OutputWriter(const std::filesystem::path& folder, const std::vector<std::string>& formats,
               const ClassList& classes, const OutputOptions& options = {});
  ~OutputWriter();
  OutputWriter(OutputWriter&&) noexcept;             ///< the other one may only be assigned to or destroyed
  OutputWriter& operator=(OutputWriter&&) noexcept;  ///< as the constructor

  /// Writes the files of an image; returns their paths. Throws as encode_image_file, also kBadArgument for a
  /// stem that was there before or a name that another file of the run has. After an Error the writer can
  /// only be destroyed.
  std::vector<std::filesystem::path> add(const ImageResult& result);
  /// Writes the files of the run; returns their paths. Without it they do not appear, and older ones stay.
  /// Throws Error: kNotWritable, kDiskFull.
  std::vector<std::filesystem::path> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A zip archive of files in memory. The same files give the same bytes. Throws Error(kBadArgument) for a
/// name that is empty, absolute, or holds "..".
RELPROMPT_API std::string zip_archive(const std::vector<OutputFile>& files);

/// Writes a text file by the rules above: a report (relprompt/report.h), or one of the caller's own.
RELPROMPT_API void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace relprompt

// A data set: images with the true label of every pixel, whatever folders and encodings it is stored in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/error.h"
#include "relprompt/image.h"

#include "image/label_values.h"

namespace relprompt::data {

/// What a pixel that does not count has in every data set. Files say 255, 0, 459 or 65535 for it; reading
/// maps that to this value, so that it never meets a class (255 is a class of the sets with 459 and 847).
constexpr std::uint16_t kIgnore = LabelMap::kUnknown;
/// What a pixel of the background has in a set that was opened with DatasetSpec::background.
constexpr std::uint16_t kBackground = image::kBackgroundLabel;

struct Sample {
  std::string name;  ///< file name without extension, with folders below the images folder
  Image image;
  LabelMap labels;  ///< the image's size; 0 to classes - 1, kIgnore, or kBackground where that was asked for
};

/// What can be wrong with a sample.
enum class Problem { kNone, kMissing, kUnreadable, kSizeMismatch, kBadLabel };

/// A sample that was looked at. If something is wrong, `error` says what, and the sample is incomplete.
struct Inspection {
  Sample sample;
  Problem problem = Problem::kNone;
  std::optional<Error> error;
};

/// Several threads may read one data set at once.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::size_t size() const = 0;
  /// Name of sample `index`, which must be below size(); unique within the set unless its list repeats
  /// itself.
  virtual const std::string& name(std::size_t index) const = 0;
  virtual const ClassList& classes() const = 0;
  /// Which values in the label files mean "ignored", in words, such as "0 or 255"; kIgnore once read.
  virtual const std::string& ignored() const = 0;
  /// Reads a sample and reports faults of its files as values. Throws no Error but
  /// kOutOfMemory and kInternal.
  virtual Inspection inspect(std::size_t index) const = 0;
  /// Files that belong to no sample, such as masks without an image.
  virtual const std::vector<std::string>& unpaired() const = 0;

  /// Reads a sample. Throws Error: kNotFound (image or mask), any code of read_image and read_labels, or
  /// kUnreadable if the sizes differ or a label is of no class.
  Sample get(std::size_t index) const;
};

/// Which data set to open. Empty paths mean the kind's own; others are taken below the root.
struct DatasetSpec {
  std::string kind;            ///< one of dataset_kinds()
  std::filesystem::path root;  ///< the folder that has the kind's folders, or one above (that holds VOC2012/)
  std::string split = "val";   ///< train, val, for VOC also trainval and train_aug; folder: a folder's name
  std::filesystem::path images;   ///< folder of the images
  std::filesystem::path masks;    ///< folder of the label files
  std::filesystem::path list;     ///< text file with a name a line
  std::filesystem::path classes;  ///< "folder" only; default classes.txt
  std::string
      encoding;  ///< coco-stuff-171, cityscapes-19: train_ids or raw; empty: train ids where there are any
  std::uint64_t max_pixels = kMaxDecodedPixels;  ///< larger images and masks are refused unopened
  std::vector<int> bands = {};                   ///< of the images, see DecodeOptions
  std::optional<SampleRange> range = {};         ///< of the images, see DecodeOptions
  /// voc-20 and context-59, whose masks have a background that is no class: it becomes kBackground, not
  /// kIgnore.
  bool background = false;

  /// How images are decoded.
  DecodeOptions decoding() const { return {bands, range, max_pixels}; }
};

/// Opens a data set: finds its files, reads none but the lists. Throws Error: kBadArgument (kind, encoding, a
/// background that the kind has not), kNotFound if a folder or list is missing or there is no sample (the
/// message shows the expected tree), kUnreadable, kBadClassList.
std::unique_ptr<Dataset> open_dataset(const DatasetSpec& spec);

struct DatasetKind {
  std::string name;
  std::string description;  ///< one line for listings
};

/// What open_dataset knows.
std::vector<DatasetKind> dataset_kinds();

}  // namespace relprompt::data

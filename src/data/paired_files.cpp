#include "data/paired_files.h"

#include <utility>

#include <fmt/format.h>

#include "image/read_labels.h"

namespace relprompt::data {

PairedFiles::PairedFiles(Found found, LabelCode code, ClassList classes, DecodeOptions decoding)
    : found_(std::move(found)),
      code_(std::move(code)),
      classes_(std::move(classes)),
      decoding_(std::move(decoding)) {}

Sample PairedFiles::read(const Pair& pair, Problem& problem) const {
  Sample sample;
  sample.name = pair.name;
  problem = Problem::kUnreadable;
  sample.image = read_image(pair.image, decoding_);
  image::StoredLabels stored = image::read_labels(pair.mask, decoding_.max_decoded_pixels);
  if (stored.map.height != sample.image.height || stored.map.width != sample.image.width) {
    problem = Problem::kSizeMismatch;
    throw Error(ErrorCode::kUnreadable,
                fmt::format("{} has {}x{} pixels, its image {} has {}x{}", pair.mask, stored.map.width,
                            stored.map.height, pair.image, sample.image.width, sample.image.height),
                "labels must be made for the image's own size; scaling them would invent borders");
  }
  const LabelCode::Strangers strangers = code_.translate(stored);
  if (strangers.pixels > 0) {
    problem = Problem::kBadLabel;
    throw Error(ErrorCode::kUnreadable,
                fmt::format("{} has {} pixels with labels of no class, the first {} in row {}, column {}; "
                            "expected are {}",
                            pair.mask, strangers.pixels, strangers.first_value, strangers.row,
                            strangers.column, code_.legal()),
                fmt::format("is this the encoding of these {} classes?", classes_.size()));
  }
  problem = Problem::kNone;
  sample.labels = std::move(stored.map);
  return sample;
}

Inspection PairedFiles::inspect(std::size_t index) const {
  const Pair& pair = found_.pairs.at(index);
  Inspection result;
  try {
    result.sample = read(pair, result.problem);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kOutOfMemory || error.code() == ErrorCode::kInternal) throw;
    if (error.code() == ErrorCode::kNotFound) result.problem = Problem::kMissing;
    result.sample.name = pair.name;
    result.error = error;
  }
  return result;
}

}  // namespace relprompt::data

// Looks at every sample of a data set before hours of training do: counts, and names what is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace relprompt::data {

struct CheckOptions {
  int threads = 2;              ///< that read samples; the report does not depend on it
  std::size_t max_listed = 20;  ///< faults of one kind that the report names; all are counted
  /// Called after each sample with how many are done; may be empty.
  std::function<void(std::size_t done, std::size_t all)> progress;
};

/// Faults of one kind.
struct Faults {
  std::uint64_t count = 0;
  std::vector<std::string> listed;  ///< the first ones, each with its files
};

struct CheckReport {
  std::vector<std::string> titles;    ///< [class]
  std::uint64_t samples = 0;          ///< all of the set
  std::uint64_t sound = 0;            ///< samples with nothing wrong; only they are counted below
  std::vector<std::uint64_t> pixels;  ///< [class]
  std::vector<std::uint64_t> images;  ///< [class] samples that show it
  std::uint64_t ignored_pixels = 0;
  int min_height = 0, max_height = 0, min_width = 0, max_width = 0;  ///< of the images
  Faults missing;                                                    ///< samples without image or mask
  Faults unreadable;                                                 ///< damaged, or not what their name says
  Faults sizes;                                                      ///< image and mask differ in size
  Faults labels;                                                     ///< labels of no class
  Faults repeated;                                                   ///< names that the list has already had
  Faults unpaired;                                                   ///< files that belong to no sample

  /// True if there is no fault at all; files left over count as one.
  bool clean() const;
};

/// Reads the whole set. Throws Error(kOutOfMemory), Error(kBadArgument) for options out of range.
CheckReport check_dataset(const Dataset& dataset, const CheckOptions& options = {});

/// For people: counts, a line a class with pixels and images, then the faults.
std::string as_text(const CheckReport& report);

/// For programs: the same as one JSON object.
std::string as_json(const CheckReport& report);

}  // namespace relprompt::data

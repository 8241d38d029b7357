// What the list of an output folder (base/file_journal.h) says about an image whose results are there: from
// which settings and from which file they were made. --resume goes by it.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "image_input.h"

namespace relprompt::cli {

struct ImageRecord {
  std::string settings;         ///< RunFacts::settings()
  ImageInput input;             ///< the image
  std::set<std::string> kinds;  ///< "labels", "json", ...: all of these files were made so

  bool made_as(const std::string& other_settings, const std::string& input_sha256) const {
    return settings == other_settings && input.sha256 == input_sha256;
  }
};

/// @param stem the output path without its ending, such as out/street
std::optional<ImageRecord> read_record(const std::filesystem::path& stem);
/// Throws Error: kNotWritable, kDiskFull.
void write_record(const std::filesystem::path& stem, const ImageRecord& record);
/// From now on the results count as unfinished. Throws as write_record does.
void drop_record(const std::filesystem::path& stem);

}  // namespace relprompt::cli

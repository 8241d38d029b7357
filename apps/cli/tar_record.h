// What the output folder keeps of a finished tar in its list of written files: what --resume goes by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "image_input.h"
#include "options_output.h"

namespace relprompt::cli {

struct TarRecord {
  std::string made_by;  ///< what decides the bytes, see tar_settings
  ImageInput input;
  std::string sha256;  ///< of the tar of results
  std::uint64_t samples = 0, failed = 0;
};

/// All that decides the results of a tar besides the tar itself. `settings`: RunFacts::settings().
std::string tar_settings(const std::string& settings, const OutputPlan& plan,
                         const std::string& image_member);

/// The record of a tar that is whole, as it was written, and made so from the input as it is now; nullopt
/// otherwise. Reads the output; reads the input where size and times do not tell.
std::optional<TarRecord> finished_tar(const std::filesystem::path& output, const std::filesystem::path& input,
                                      const std::string& made_by);

/// Throws Error(kNotWritable or kDiskFull).
void write_tar_record(const std::filesystem::path& output, const TarRecord& record);

}  // namespace relprompt::cli

// The options that say how images are decoded, for every command that reads them.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::cli {

struct DecodeArguments {
  std::string bands, range;
  std::uint64_t max_decoded_pixels = kMaxDecodedPixels;

  void add_to(CLI::App& command);
  /// Throws Error(kBadArgument).
  DecodeOptions resolve() const;
  /// The same as changes to the test set of a config (config/document.h), for what was given. Throws as
  /// resolve.
  std::vector<std::string> changes() const;
};

}  // namespace relprompt::cli

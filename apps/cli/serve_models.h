// The models of `relprompt serve` as the command line names them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "serve/settings.h"

namespace relprompt::cli {

/// From "NAME=PATH" or "PATH", whose name is the last part of the path or hub name. Throws
/// Error(kBadArgument) for none, a name that is no letters, digits, '.', '_' and '-', or one that is there
/// twice.
std::vector<serve::NamedModel> named_models(const std::vector<std::string>& arguments);

/// Bytes from "32M", "500K", "1G" or a plain number. Throws Error(kBadArgument) that names the option.
std::uint64_t bytes_of(const std::string& text, const std::string& option, std::uint64_t least,
                       std::uint64_t most);

}  // namespace relprompt::cli

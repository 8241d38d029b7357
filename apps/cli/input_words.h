// Inputs that are not named on the command line itself: lists of them, and the image on the standard input.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/file_handle.h"

namespace relprompt::cli {

/// Every "@FILE" replaced by the lines of that file, and "@-" by those of the standard input. Lines end with
/// a line break, or with a zero where there is one (find -print0); empty ones are left out. What exists under
/// its name as it stands is no list. Throws Error: kBadArgument for a list that is empty or holds another
/// list, kNotFound and kUnreadable for one that cannot be read.
std::vector<std::string> expand_lists(const std::vector<std::string>& inputs);

/// The standard input to its end, as a file without a name that lasts as long as somebody holds it. Throws
/// Error(kBadArgument) if it is a terminal, Error(kUnreadable) if it cannot be read or is larger than 1 GiB.
std::shared_ptr<const FileHandle> standard_input();

/// The path under which this process opens it.
std::string path_of(const FileHandle& file);

}  // namespace relprompt::cli

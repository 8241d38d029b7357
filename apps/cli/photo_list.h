// Which photos a run works on, and where the results of each go.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/error.h"

namespace relprompt::cli {

struct Photo {
  std::filesystem::path path;
  std::filesystem::path stem;  ///< of its results, in the output folder
};

/// An input that gave no result.
struct Failure {
  std::string input;
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

struct PhotoList {
  std::vector<Photo> photos;
  std::vector<Failure> failures;  ///< inputs that name nothing
};

/// Photos of all inputs in order. Results of an earlier run in the same folders are no photos.
PhotoList list_photos(const std::vector<std::string>& inputs, const std::filesystem::path& output);

}  // namespace relprompt::cli

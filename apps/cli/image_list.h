// Which images a run works on, and where the results of each go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "relprompt/error.h"

#include "base/file_handle.h"

namespace relprompt::cli {

struct ListedImage {
  std::filesystem::path path;  ///< to open
  std::string input;           ///< what messages and reports call it: the path, or - for the standard input
  std::filesystem::path stem;  ///< of its results, in the output folder
  std::string below;           ///< the stem below the output folder, "north/street"
  std::string name;            ///< what tools call the image: "north/street.jpg"
  std::filesystem::path part;  ///< the stem of what a file of the run needs to know of it
  std::shared_ptr<const FileHandle> stream;  ///< what `path` opens, if that is the standard input
  std::size_t own = 0;                       ///< which of ClassSettings labels it: 0 that of the run
  std::uint64_t at = 0;  ///< place in the whole list, from 0, of which this run may have a shard

  /// For progress displays: "street.jpg".
  std::string short_name() const { return stream ? "stdin" : path.filename().string(); }
};

/// Folder of such parts in the output folder.
inline constexpr const char* kPartsFolder = ".relprompt-parts";

/// An input that gave no result.
struct Failure {
  std::string input;
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

struct ImageList {
  std::vector<ListedImage> images;
  std::vector<Failure> failures;  ///< inputs that name nothing
  /// HEIC and AVIF images of folders and globs where libheif is missing. One that is named is a failure when
  /// it is read.
  std::vector<Failure> skipped;
};

/// Images of all inputs in order: files, folders, globs, @FILE and @- for lists of them (input_words.h), and
/// - for the image on the standard input, whose results are called stdin. Results of an earlier run in the
/// same folders are no images. Throws as expand_lists and standard_input do.
ImageList list_images(const std::vector<std::string>& inputs, const std::filesystem::path& output);

/// Says how many images were left out because HEIC and AVIF cannot be read here, if any.
void note_unreadable(const ImageList& list);

}  // namespace relprompt::cli

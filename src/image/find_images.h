// From what a user typed (files, folders, patterns) to the images to work on.
#pragma once

#include <filesystem>
#include <vector>

namespace relprompt::image {

struct Input {
  std::filesystem::path path;  ///< the image
  std::filesystem::path
      root;            ///< folder it was found under; its folders below that are mirrored in the output
  bool named = false;  ///< the argument is the image itself, not a folder or a pattern
};

/// Finds images. For each argument, the first that applies:
/// - an existing file is taken whatever its extension (root: its folder);
/// - a folder is searched with all its subfolders for files with an image extension (root: the folder).
///   Hidden entries and linked subfolders are skipped, and so are this project's own outputs
///   (*.labels.png, *.palette.png, *.overlay.jpg, *.overlay.png, *.panoptic.png), so that a second run does
///   not segment the first one's;
/// - a pattern with * ? [..] (within a name) or ** (any folders) takes every file that matches, and searches
///   folders that match (root: the part before the first wildcard);
/// - anything else is kept as an input that will fail by itself when it is read, so that one misspelt path of
///   many does not stop the rest.
/// Returns them sorted by path, each path once.
/// Throws Error: kNotFound if a folder holds no image, a pattern matches nothing, or there is no argument;
/// kUnreadable if a folder cannot be listed.
std::vector<Input> find_images(const std::vector<std::filesystem::path>& arguments);

}  // namespace relprompt::image

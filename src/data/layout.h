// Where a data set keeps its files, as a description that one function follows: finding the files, pairing
// images with masks, and showing the expected tree when something is missing are the same for every set.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace relprompt::data {

/// Who decides which samples there are when no list does.
enum class NamesFrom { kImages, kMasks };

struct Layout {
  std::vector<std::string> homes;   ///< folders below the root that may be the real root, such as "VOC2012"
  std::vector<std::string> images;  ///< folder of the images: the first that exists
  std::vector<std::string> masks;   ///< folders of the masks: for each sample the first that has its mask
  /// Ways to list the samples: the first whose files all exist; their lines follow one another. With a list
  /// required by none of them existing is an error, else `names_from` counts.
  std::vector<std::vector<std::string>> lists;
  bool list_required = false;
  std::string class_list;  ///< file with the class names; empty: the names are built in
  NamesFrom names_from = NamesFrom::kImages;
  std::string image_ending;  ///< what follows a sample's name in its image's name, before ".png"
  /// What follows a sample's name in its mask's name. Of several styles the first of which there is a file is
  /// the set's; within a style any ending will do.
  std::vector<std::vector<std::string>> mask_styles = {{".png"}};
  std::size_t first_style = 0;  ///< styles before it are not taken, though their files remain theirs
};

struct Pair {
  std::string name, image, mask;  ///< the paths; a file that was not found has the path where it should be
};

struct Found {
  std::string root;                   ///< the real one
  std::vector<Pair> pairs;            ///< in the order of the list, else by name
  std::vector<std::string> unpaired;  ///< files without partner, sorted; empty with a list
  std::size_t mask_style = 0;         ///< position in Layout::mask_styles
};

/// Throws Error: kNotFound with the expected tree, kUnreadable if a folder cannot be listed.
Found find_files(Layout layout, const DatasetSpec& spec);

}  // namespace relprompt::data

// Which inputs of a run are tars, and what becomes of each: a tar of results under the same name.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "image_list.h"
#include "options_output.h"
#include "tar/tar_table.h"

namespace relprompt::cli {

/// "shards/{000..127}.tar" becomes a word for each tar. A word that is there under its name, or whose braces
/// do not end as tars do, stays. Throws as tar::expand_braces.
std::vector<std::string> expand_tar_words(const std::vector<std::string>& words);

/// True for a run over tars. Throws Error(kBadArgument) for tars and images in one run.
/// @param first path of the first image of the whole list, which tells for a shard that nothing falls to
bool lists_tars(const ImageList& list, const std::string& first);

/// Where the results of a tar go: "out/000.tar".
std::filesystem::path tar_output(const ListedImage& tar);
tar::Packing tar_packing(const ListedImage& tar);

/// Refuses what cannot be written for tars: formats with files about all images, and scores (kBadArgument);
/// names that are taken by what relprompt never wrote (kNotWritable), and tars that would replace an input or
/// each other (kBadArgument). Throws also as tar::tar_table().
void check_tar_outputs(const ImageList& list, const OutputPlan& plan);

}  // namespace relprompt::cli

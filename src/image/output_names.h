// Where the results of every image go, so that no image's results overwrite another's.
#pragma once

#include <filesystem>
#include <vector>

#include "image/find_images.h"

namespace relprompt::image {

/// For each input the path to which ".labels.png", ".json" and so on are appended: the output folder, the
/// input's folders below its root, and its name without extension. Inputs that would share that (also where
/// upper and lower case are one) use, each in turn until nothing is shared: their name with extension
/// ("a.jpg" and "a.png"); the name of their root before that; a number ("a.jpg~2") in input order. The result
/// depends on the inputs and their order only.
std::vector<std::filesystem::path> output_stems(const std::vector<Input>& inputs,
                                                const std::filesystem::path& output_folder);

}  // namespace relprompt::image

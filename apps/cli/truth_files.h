// Label files beside images: what is true, for a sheet that compares.
#pragma once

#include <cstddef>
#include <filesystem>

#include "relprompt/image.h"

namespace relprompt::cli {

/// The label file of an image: `truth` itself if it is a file, else STEM.png, STEM.labels.png, STEM.tif or
/// STEM.tiff in that folder. Throws Error(kNotFound) that says which names were tried.
std::filesystem::path truth_file(const std::filesystem::path& truth, const std::filesystem::path& image);

/// Reads it. 255 of 8-bit files and 65535 of 16-bit ones become LabelMap::kUnknown.
/// @param from_one 0 is no class and becomes kUnknown, the others count from 1 (VOC-20, ADE-150)
/// Throws Error: those of image::read_labels; kBadArgument for a label that is no class or a size that is not
/// the image's.
LabelMap read_truth(const std::filesystem::path& file, const Image& image, std::size_t classes,
                    bool from_one);

}  // namespace relprompt::cli

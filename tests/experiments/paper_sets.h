// Miniature folders in the layouts of the paper's data sets, and a CLIP of twelve tiny layers.
#pragma once

#include <filesystem>

namespace relprompt::test {

/// VOC2012, COCO and VOC2010 below the folder, four images for training and two for testing each, with seen
/// and unseen classes in both, and `clip`, a model folder.
void write_paper_sets(const std::filesystem::path& folder);

}  // namespace relprompt::test

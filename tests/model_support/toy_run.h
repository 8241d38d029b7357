// A data set and a CLIP small enough to train on within a second, so that a clone alone can test training.
#pragma once

#include <filesystem>
#include <string>

namespace relprompt::test {

/// A folder set: stripes of red, green, blue and grey in images of 48x64, split into train and val, with a
/// class for each colour and a rim of ignored pixels. Equal arguments give equal files.
void write_toy_set(const std::filesystem::path& folder, int training_images, int test_images);

/// The goldens' tiny CLIP as a model folder (4x4 patches of 16 pixels), two layers, with a byte vocabulary.
void write_toy_clip(const std::filesystem::path& folder);

/// A config that trains on the two in a second: `more` is YAML behind it, such as "seed: 3\n".
std::string toy_config(const std::string& more = "");

}  // namespace relprompt::test

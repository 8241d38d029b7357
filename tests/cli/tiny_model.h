// A CLIP small enough to run in no time, made from names, so that a clone alone can test the whole program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::test {

/// Writes tiny.safetensors (OpenAI's key names: 64-pixel images, patch 16, two layers a tower) and merges.txt
/// with a handful of merges into the folder.
void write_tiny_clip(const std::filesystem::path& folder);

/// A picture with a smooth pattern, different for every seed.
Image test_picture(int height, int width, std::uint64_t seed = 1);

/// Writes test_picture as PNG.
void write_test_photo(const std::filesystem::path& path, int height = 90, int width = 130,
                      std::uint64_t seed = 1);

}  // namespace relprompt::test

// A CLIP small enough to run in no time, made from names, so that a clone alone can test the whole program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::test {

/// Writes tiny.safetensors (OpenAI's key names: 64-pixel images, patch 16, two layers a tower) and merges.txt
/// with a handful of merges into the folder.
void write_tiny_clip(const std::filesystem::path& folder);

/// The same architecture as a Hugging Face folder: model.safetensors, config.json, preprocessor_config.json
/// and merges.txt. `mean` and `deviation` are JSON lists of three numbers, `grid` patches a side have
/// positions.
void write_tiny_hugging_face(const std::filesystem::path& folder, const std::string& mean = "[0.5, 0.5, 0.5]",
                             const std::string& deviation = "[0.25, 0.25, 0.25]", std::int64_t grid = 4);

/// An image with a smooth pattern, different for every seed.
Image test_image(int height, int width, std::uint64_t seed = 1);

/// Writes test_image as PNG.
void write_test_image(const std::filesystem::path& path, int height = 90, int width = 130,
                      std::uint64_t seed = 1);

}  // namespace relprompt::test

// Writes tiny data sets into scratch folders, in every format that readers meet.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace relprompt::test {

enum class MaskFile { kGrey8, kPalette8, kGrey16, kTiff16 };

/// An image of one colour; .jpg or .png by the path's extension.
void add_image(const std::filesystem::path& path, int height, int width);

/// Stored values, rows of `width`.
void add_mask(const std::filesystem::path& path, int width, const std::vector<std::uint16_t>& values,
              MaskFile kind = MaskFile::kGrey8);

}  // namespace relprompt::test

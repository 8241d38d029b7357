// Values of label maps that are no class.
#pragma once

#include <cstdint>

#include "relprompt/image.h"

namespace relprompt::image {

/// A pixel of a data set's background where that is no class but is wanted apart from ignored pixels, which
/// are LabelMap::kUnknown (and so is padding). Augmentation moves it like a label and counts it as
/// unlabelled.
constexpr std::uint16_t kBackgroundLabel = LabelMap::kUnknown - 1;

}  // namespace relprompt::image

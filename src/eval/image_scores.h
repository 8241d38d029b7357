// Scores of single images, to find the ones worth looking at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::eval {

struct ImageScore {
  std::string image;
  std::optional<double> miou;  ///< mean over the classes labelled in this image; absent if all is ignored
  std::optional<double> pacc;  ///< absent likewise
  std::uint64_t classes = 0;   ///< labelled in this image
  std::uint64_t pixels = 0;    ///< counted ones
};

/// Throws as ConfusionMatrix::add does.
ImageScore score_image(const std::string& image, const LabelMap& prediction, const LabelMap& truth,
                       std::size_t classes, std::optional<std::uint16_t> ignore);

/// {"image": name, "miou": 0.5, "pacc": 0.9, "classes": 3, "pixels": 1234}; absent scores are null.
nlohmann::json to_json(const ImageScore& score);

/// Throws Error(kUnreadable) with `source`.
ImageScore image_score_from_json(const nlohmann::json& json, const std::string& source);

/// One line of JSON an image, in the given order.
std::string to_json_lines(const std::vector<ImageScore>& scores);

}  // namespace relprompt::eval

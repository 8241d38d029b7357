// What a look inside a model gives: how its prompts relate classes and patches, and how far its heads look.
// Segmenter::attention_maps and Segmenter::attention_distances (relprompt/segmenter.h) make these.
#pragma once

#include <cstddef>
#include <vector>

namespace relprompt {

/// Relationship attention of one image (paper, Eq. 2): how much each patch agrees with each class, given the
/// whole image. Numbers are products of unit vectors: small, of either sign, comparable within a layer.
struct AttentionMaps {
  std::vector<int> layers;    ///< layers of the image tower that make prompts, from 1
  std::size_t classes = 0;    ///< names, or classes of several names
  int height = 0;             ///< patches down
  int width = 0;              ///< patches across
  int patch = 0;              ///< pixels a side, of the resized image
  int resized_height = 0;     ///< pixels of the resized image that the tower saw
  int resized_width = 0;      ///< the same, across
  std::vector<float> values;  ///< [layer, class, height, width], layers in the order of `layers`; of several
                              ///< names of a class, kept apart, the largest

  /// The map of one layer (its position in `layers`) and class: height * width numbers.
  const float* map(std::size_t layer, std::size_t label) const {
    return values.data() +
           (layer * classes + label) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }
};

/// Mean attention distance of every head (Dosovitskiy et al.): for each patch the distance to the patches it
/// attends to, weighted by the attention, mean over the patches. Class token and prompts are left out and the
/// patches' weights made a sum of 1.
struct AttentionDistances {
  int layers = 0;              ///< of the image tower
  int heads = 0;               ///< of a layer
  int resized_height = 0;      ///< pixels of the resized image that the tower saw
  int resized_width = 0;       ///< the same, across
  std::vector<double> pixels;  ///< [layer, head], pixels of the resized image

  /// Of one head; both counted from 0.
  double at(int layer, int head) const {
    const auto row = static_cast<std::size_t>(layer), width = static_cast<std::size_t>(heads);
    return pixels[row * width + static_cast<std::size_t>(head)];
  }
};

}  // namespace relprompt

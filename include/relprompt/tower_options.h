// What a checkpoint may not say about its CLIP, for those who know.
#pragma once

#include <string>

namespace relprompt {

/// Facts of a CLIP that its tensors cannot show. What is given here holds; where nothing is given, what the
/// files state; else it is assumed and said so: the heads of published towers of the same width, otherwise
/// one for 64 numbers, and QuickGELU.
struct TowerOptions {
  int heads = 0;           ///< of the image tower; a divisor of its width; 0: not given
  int text_heads = 0;      ///< of the text tower; 0: not given
  std::string activation;  ///< "quick_gelu" or "gelu", in both towers; empty: not given
};

}  // namespace relprompt

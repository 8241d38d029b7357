// Sentences about a scene, the text side of pretraining. They draw on synonyms and on several wordings, so
// that a text tower learns what the words mean and not how one sentence goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "world/scene.h"

namespace relprompt::world {

struct Caption {
  std::string text;  ///< lower case ASCII, such as "a photo of a crimson spotted thing on grass"
  std::vector<std::uint16_t> labels;  ///< of the classes it names, in its order; never empty
};

/// Caption number `variation` of the scene. Names only what is seen: mostly all objects and the backgrounds,
/// at times fewer. Equal arguments give equal captions.
Caption caption(const Scene& scene, std::uint64_t variation);

/// True if the scene shows all that the caption names, so that it is no wrong caption for that scene either.
bool is_true_of(const Caption& caption, const Scene& scene);

/// Every word that a caption may hold, sorted.
std::vector<std::string_view> caption_words();

}  // namespace relprompt::world

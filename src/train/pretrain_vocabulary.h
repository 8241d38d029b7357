// The vocabulary of a pretrained CLIP: learnt from captions of the world, because CLIP's own table alone is
// larger than the whole model, and its merges are not ours to ship.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace relprompt::train {

/// A merges.txt with at most `most` merges, learnt from captions of the world that `seed` chooses.
std::string learn_vocabulary(std::size_t most, std::uint64_t seed);

/// The words of all captions that pretraining shows, sorted.
std::vector<std::string> pretraining_words();

}  // namespace relprompt::train

// Models with random weights: for benchmarks, tests and a look at the program before any download.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/model.h"

#include "model/model_config.h"
#include "model/tensor.h"

namespace relprompt::model {

/// Values of a tensor from its name alone: norms 1 + 0.1 u, biases 0.1 u, embeddings and positions 0.5 u,
/// matrices u sqrt(3 / fan_in), so that activations keep unit scale. u is uniform in [-1, 1) from SplitMix64
/// seeded by the name's FNV-1a hash, mixed with `seed`; seed 0 equals hash_fill of tools/reference.
Tensor random_weights(const std::string& name, const std::vector<std::int64_t>& shape, std::uint64_t seed);

/// The config of the model that these options ask for. Throws Error(kBadArgument) that names the option.
ModelConfig random_model_config(const RandomModelOptions& options);

/// See relprompt::create_random_model. Equal options give equal bytes. The tokenizer written is a byte
/// alphabet with a single merge: any class name works, about one token a letter.
void write_random_model(const std::filesystem::path& target, const RandomModelOptions& options);

}  // namespace relprompt::model

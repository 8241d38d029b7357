// What `relprompt quantize` adds to a model: the mean of what enters each linear layer of the image tower,
// taken out before rounding to 8 bits, and a list of layers that stay in bfloat16.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/activation_statistics.h"
#include "kernels/block.h"
#include "model/model_files.h"
#include "model/tensor_table.h"

namespace relprompt::model {

/// The file of the means in a model folder.
inline constexpr const char* kInt8File = "int8.safetensors";

/// Its rows: four vectors a layer, named after the layers that they enter.
std::vector<TensorRow> int8_rows(const ClipConfig& clip);

struct Int8Refinement {
  std::vector<std::vector<float>> means;  ///< in the order of int8_rows
  std::vector<std::int64_t> bf16_layers;  ///< counted from 1
};

/// The means that sums over images give. Layers that saw nothing get zeros.
std::vector<std::vector<float>> means_of(const std::vector<kernels::ActivationStatistics>& sums,
                                         const ClipConfig& clip);

/// That of the model's files; nullopt for models that were not refined.
std::optional<Int8Refinement> read_refinement(const ModelFiles& model);

/// How the layers of an image tower are packed for a precision; only int8 looks at the refinement.
std::vector<kernels::BlockPacking> packings_of(const ClipConfig& clip, kernels::Precision precision,
                                               const std::optional<Int8Refinement>& refinement);

}  // namespace relprompt::model

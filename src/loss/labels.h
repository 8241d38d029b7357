// Label planes as all losses take them: checked once, so that a wrong label never trains quietly.
#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace relprompt::loss {

/// Stands for "no class" in checked labels, whatever the data set's ignore value is.
constexpr std::int64_t kNoClass = -1;

/// target with every ignored pixel replaced by kNoClass. target [B, H, W] int64 on the device of the logits
/// [B, C, H, W]: class indices below C and `ignore`.
/// Throws Error(kBadArgument) if `ignore` is itself a class index (255 is a class among 459), and
/// Error(kInternal) for shapes that do not fit or a label that is neither a class nor ignored: whoever reads
/// a data set has to refuse that first, with the file's name.
torch::Tensor checked_labels(const torch::Tensor& target, std::int64_t classes, std::int64_t ignore);

/// Error(kInternal) unless logits are [B, C, H, W] floating point numbers over the target's pixels.
void check_logits(const torch::Tensor& logits, const torch::Tensor& target);

/// Pixels of each class in each image. labels [B, H, W] from checked_labels -> [B, classes] int64.
torch::Tensor pixels_of_classes(const torch::Tensor& labels, std::int64_t classes);

}  // namespace relprompt::loss

#include "loss/labels.h"

#include <sstream>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::loss {
namespace {

std::string shape_of(const torch::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.sizes();
  return text.str();
}

}  // namespace

void check_logits(const torch::Tensor& logits, const torch::Tensor& target) {
  const bool fits = logits.dim() == 4 && target.dim() == 3 && logits.size(0) == target.size(0) &&
                    logits.size(2) == target.size(1) && logits.size(3) == target.size(2);
  if (!fits) {
    throw Error(ErrorCode::kInternal,
                fmt::format("loss of logits {} and labels {}: expected [B, C, H, W] and [B, H, W]",
                            shape_of(logits), shape_of(target)));
  }
  if (!logits.is_floating_point())
    throw Error(ErrorCode::kInternal, "loss of logits that are no real numbers");
}

torch::Tensor checked_labels(const torch::Tensor& target, std::int64_t classes, std::int64_t ignore) {
  if (target.dim() != 3 || target.scalar_type() != torch::kInt64) {
    throw Error(ErrorCode::kInternal,
                fmt::format("labels of shape {}: expected [B, H, W] in int64", shape_of(target)));
  }
  if (ignore >= 0 && ignore < classes) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("ignore value {} is also the label of a class: there are {} classes, labelled from 0",
                    ignore, classes),
        "Use an ignore value that no class has, such as 65535 with 16-bit label files.");
  }
  auto labels = target.masked_fill(target == ignore, kNoClass);
  const auto wrong = ((target < 0) | (target >= classes)) & (target != ignore);
  if (wrong.any().item<bool>()) {
    throw Error(ErrorCode::kInternal,
                fmt::format("label {} in a training target: expected 0 to {} or the ignore value {}",
                            target.masked_select(wrong)[0].item<std::int64_t>(), classes - 1, ignore));
  }
  return labels;
}

torch::Tensor pixels_of_classes(const torch::Tensor& labels, std::int64_t classes) {
  // One column more takes the pixels of no class.
  const auto column = (labels + 1).flatten(1);
  const auto counts = torch::zeros({labels.size(0), classes + 1}, labels.options());
  return counts.scatter_add(1, column, torch::ones_like(column)).narrow(1, 1, classes);
}

}  // namespace relprompt::loss

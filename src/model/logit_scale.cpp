#include "model/logit_scale.h"

#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::model {

double logit_scale_of(const ModelFiles& model) {
  for (const auto& row : model.text_rows()) {
    if (row.name != "logit_scale" || !model.clip->shape_of(row)) continue;
    const double stored = to_fp32(model.clip->read(row)).floats()[0];
    const auto scale = static_cast<float>(std::exp(stored));
    if (std::isfinite(scale) && scale > 0) return std::exp(stored);
    throw Error(ErrorCode::kTensorMismatch,
                fmt::format("{}: the tensor {} is {}; e to that power is no temperature", model.clip->path(),
                            model.clip->stored_name(row), stored),
                "the file is damaged; get it again");
  }
  return 100.0;
}

}  // namespace relprompt::model

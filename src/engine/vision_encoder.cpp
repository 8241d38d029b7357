#include "engine/vision_encoder.h"

#include <algorithm>

namespace relprompt::engine {

std::int64_t PromptTokens::count() const {
  std::int64_t all = 0;
  for (const auto& part : parts_) all += part.count;
  return all;
}

const float* PromptTokens::joined(std::int64_t batch, std::int64_t width,
                                  kernels::Buffer<float>& memory) const {
  if (parts_.empty()) return nullptr;
  if (parts_.size() == 1 && (batch == 1 || !parts_.front().shared)) return parts_.front().tokens;
  float* next = memory.reserve(batch * count() * width);
  const float* first = next;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (const auto& part : parts_) {
      const auto size = part.count * width;
      next = std::copy_n(part.tokens + (part.shared ? 0 : b * size), size, next);
    }
  }
  return first;
}

}  // namespace relprompt::engine

// Named intermediate values for whoever wants to look at them: parity with the reference, attention images.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace relprompt::engine {

/// fp32 numbers that live during the call only.
struct Observed {
  const float* values = nullptr;
  std::vector<std::int64_t> shape;
};

/// "layer3.attention_map" [B, C, N], ".prompt" [B, C, D], ".class_token" [B, E], ".patches" [B, N, E], layers
/// counted from 1.
using Observer = std::function<void(const std::string& name, const Observed& value)>;

}  // namespace relprompt::engine

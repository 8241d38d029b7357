// The JSON header of a safetensors file, read while it is parsed: no value of it is ever built, so that time
// and memory grow with the number of tensors and nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "archive/tensor_archive.h"

namespace relprompt::archive {

/// Longest JSON header that is read, as in the safetensors reference.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

struct HeaderTensor {
  TensorView view;          ///< without data; bytes as shape and type say
  std::uint64_t begin = 0;  ///< of its bytes, from the end of the header on; not yet compared with the file
  std::uint64_t end = 0;    ///< view.bytes behind begin
};

struct SafetensorsHeader {
  std::vector<HeaderTensor> tensors;  ///< sorted by name, names unique
  std::map<std::string, std::string> metadata;
};

/// `source` names the file in messages. Throws Error: kBadHeader, kDuplicateName, kUnsupportedDtype,
/// kShapeOverflow, kBadOffsets.
SafetensorsHeader read_safetensors_header(std::string_view text, const std::string& source);

}  // namespace relprompt::archive

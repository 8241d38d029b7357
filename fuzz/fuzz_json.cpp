// Arbitrary bytes as JSON: refused with the code that the caller asked for, or the value that the library's
// own parser gives, shallow enough to be copied and printed, with a short excerpt.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relprompt/error.h"

#include "base/json_excerpt.h"
#include "base/json_read.h"
#include "check.h"

namespace {

using namespace relprompt;
using fuzz::check;

std::size_t depth_of(const nlohmann::json& value) {
  std::size_t deepest = 0;
  if (!value.is_structured()) return 0;
  for (const auto& entry : value) deepest = std::max(deepest, depth_of(entry));
  return deepest + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  JsonRules rules;
  rules.code = ErrorCode::kBadHeader;
  nlohmann::json value;
  try {
    value = read_json(text, "fuzz", rules);
  } catch (const Error& error) {
    check(error.code() == ErrorCode::kBadHeader);
    check(std::string_view(error.what()).size() < 200);
    return 0;
  }
  check(value == nlohmann::json::parse(text));
  check(depth_of(value) <= kMaxJsonDepth);
  check(json_excerpt(value, 60).size() <= 63);
  check(reread_json(value.dump()) == nlohmann::ordered_json(value));
  return 0;
}

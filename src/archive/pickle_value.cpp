// The cap on values keeps a small file of one-byte opcodes from filling the memory.
#include "archive/pickle_value.h"

#include "relprompt/error.h"

namespace relprompt::archive {

ValueId PickleTree::add(Value value) {
  constexpr std::size_t kMaxValues = 1U << 21;
  if (values.size() >= kMaxValues) throw Error(ErrorCode::kPickleMalformed, "too many values");
  values.push_back(std::move(value));
  return static_cast<ValueId>(values.size() - 1);
}

const Value* PickleTree::lookup(const Value& dict, std::string_view key) const {
  for (std::size_t i = dict.items.size(); i >= 2; i -= 2) {
    const Value& candidate = values[dict.items[i - 2]];
    if (candidate.kind == ValueKind::kString && candidate.text == key) return &values[dict.items[i - 1]];
  }
  return nullptr;
}

}  // namespace relprompt::archive

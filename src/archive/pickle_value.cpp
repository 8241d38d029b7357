// The limits keep a small file of one-byte opcodes from filling the memory.
#include "archive/pickle_value.h"

#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::archive {
namespace {

// What the allocator adds to a piece of memory of its own.
constexpr std::size_t kPiece = 32;

}  // namespace

ValueId PickleTree::add(Value value) {
  if (values.size() >= kMaxPickleValues) {
    throw Error(ErrorCode::kPickleMalformed,
                fmt::format("too many values; at most {} are read", kMaxPickleValues));
  }
  count(sizeof(Value) + kPiece + value.text.size() + value.items.size() * sizeof(ValueId));
  values.push_back(std::move(value));
  return static_cast<ValueId>(values.size() - 1);
}

void PickleTree::extend(ValueId container, const std::vector<ValueId>& items) {
  count(2 * items.size() * sizeof(ValueId));  // a list that grows has room for as many again
  auto& all = values[container].items;
  all.insert(all.end(), items.begin(), items.end());
}

void PickleTree::count(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ <= kMaxPickleMemory) return;
  throw Error(ErrorCode::kPickleMalformed,
              fmt::format("its values take more than {} MB of memory", kMaxPickleMemory >> 20));
}

const Value* PickleTree::lookup(const Value& dict, std::string_view key) const {
  for (std::size_t i = dict.items.size(); i >= 2; i -= 2) {
    const Value& candidate = values[dict.items[i - 2]];
    if (candidate.kind == ValueKind::kString && candidate.text == key) return &values[dict.items[i - 1]];
  }
  return nullptr;
}

}  // namespace relprompt::archive

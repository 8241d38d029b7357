// Marks are kept apart from the values, so that no opcode can take one for the other.
#include "archive/pickle_stack.h"

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::archive {
namespace {

[[noreturn]] void malformed(const std::string& what) {
  throw Error(ErrorCode::kPickleMalformed, what);
}

// One a container that is open; values nest less deep than that.
constexpr std::size_t kMaxMarks = 10'000;

}  // namespace

bool PickleStack::push(ValueId id) {
  values_.push_back(id);
  return true;
}

ValueId PickleStack::top() const {
  const std::size_t floor = marks_.empty() ? 0 : marks_.back();
  if (values_.size() <= floor) malformed("its stack is empty where a value is needed");
  return values_.back();
}

ValueId PickleStack::pop() {
  const ValueId id = top();
  values_.pop_back();
  return id;
}

std::vector<ValueId> PickleStack::pop_count(std::size_t count) {
  std::vector<ValueId> items(count);
  for (std::size_t i = count; i > 0; --i) items[i - 1] = pop();
  return items;
}

bool PickleStack::mark() {
  if (marks_.size() >= kMaxMarks) malformed("too many marks inside each other");
  marks_.push_back(values_.size());
  return true;
}

std::vector<ValueId> PickleStack::pop_to_mark() {
  if (marks_.empty()) malformed("a mark is missing");
  std::vector<ValueId> items(values_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), values_.end());
  values_.resize(marks_.back());
  marks_.pop_back();
  return items;
}

bool PickleStack::discard() {
  if (!marks_.empty() && values_.size() == marks_.back()) {
    marks_.pop_back();
  } else {
    pop();
  }
  return true;
}

bool PickleStack::discard_to_mark() {
  pop_to_mark();
  return true;
}

bool PickleStack::remember(std::uint32_t slot) {
  memo_[slot] = top();
  if (memo_.size() > kMaxPickleValues) malformed("it remembers too many values");
  return true;
}

bool PickleStack::remember_next() {
  return remember(static_cast<std::uint32_t>(memo_.size()));
}

bool PickleStack::recall(std::uint32_t slot) {
  const auto found = memo_.find(slot);
  if (found == memo_.end()) malformed(fmt::format("nothing was remembered under {}", slot));
  return push(found->second);
}

ValueId PickleStack::result() const {
  if (!marks_.empty() || values_.size() != 1) malformed("it does not end with exactly one value");
  return values_.back();
}

}  // namespace relprompt::archive

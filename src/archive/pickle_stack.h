// The stack, marks and memo of the pickle machine. What lies below the last mark is out of reach.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "archive/pickle_value.h"

namespace relprompt::archive {

/// All functions throw Error(kPickleMalformed) on underflow or an unknown memo slot. Those that only act
/// return true, which the machine's opcode tables pass on as "opcode known".
class PickleStack {
 public:
  bool push(ValueId id);
  ValueId top() const;
  ValueId pop();
  /// The last `count` values, in the order they were pushed.
  std::vector<ValueId> pop_count(std::size_t count);
  bool mark();
  /// All values above the last mark, and the mark.
  std::vector<ValueId> pop_to_mark();
  /// POP: Python keeps marks on the stack, so it takes a mark if that is on top.
  bool discard();
  bool discard_to_mark();

  bool remember(std::uint32_t slot);
  bool remember_next();
  bool recall(std::uint32_t slot);

  /// The one value that is left at the end.
  ValueId result() const;

 private:
  std::vector<ValueId> values_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, ValueId> memo_;
};

}  // namespace relprompt::archive

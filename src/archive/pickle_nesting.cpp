// A depth-first walk with its own stack: recursion would be the very overflow it is to prevent.
#include "archive/pickle_nesting.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::archive {
namespace {

constexpr std::uint32_t kUnseen = 0;
constexpr std::uint32_t kOpen = UINT32_MAX;  // being walked: meeting it again is a cycle

struct Visit {
  ValueId id;
  std::size_t next_child;
};

}  // namespace

void check_nesting(const PickleTree& tree) {
  std::vector<std::uint32_t> height(tree.values.size(), kUnseen);
  std::vector<Visit> path = {{tree.root, 0}};
  height[tree.root] = kOpen;
  while (!path.empty()) {
    Visit& visit = path.back();
    const std::vector<ValueId>& children = tree[visit.id].items;
    if (visit.next_child < children.size()) {
      const ValueId child = children[visit.next_child];
      if (height[child] == kOpen) throw Error(ErrorCode::kPickleMalformed, "a value contains itself");
      if (height[child] != kUnseen) {
        ++visit.next_child;
        continue;
      }
      height[child] = kOpen;
      path.push_back({child, 0});
      continue;
    }
    std::uint32_t tallest = 0;
    for (const ValueId child : children) tallest = std::max(tallest, height[child]);
    if (tallest >= kMaxPickleDepth) {
      throw Error(ErrorCode::kPickleMalformed, fmt::format("values nest deeper than {}", kMaxPickleDepth));
    }
    height[visit.id] = tallest + 1;
    path.pop_back();
  }
}

}  // namespace relprompt::archive

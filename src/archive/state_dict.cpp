// The tree is free of cycles, but values may be shared: thirty dicts that each hold the next one twice have
// a billion paths. Hence the caps on steps and names.
#include "archive/state_dict.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/quote.h"

namespace relprompt::archive {
namespace {

constexpr std::size_t kMaxSteps = 1U << 20;
constexpr std::size_t kMaxNamed = 1U << 17;
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kMaxNameBytes = std::size_t{32} << 20;

class Flattener {
 public:
  Flattener(const PickleTree& tree, const std::string& source) : tree_(tree), source_(source) {}

  // Recursion is bounded by the reader's cap on nesting.
  void walk(const Value& value) {
    if (++steps_ > kMaxSteps) refuse("a state dict with too many entries");
    if (value.kind == ValueKind::kTensor) return add(static_cast<std::size_t>(value.number));
    if (value.kind == ValueKind::kRecord && !value.items.empty()) {
      const Value& state = tree_[value.items.front()];
      if (state.kind == ValueKind::kDict) walk(state);
    }
    if (value.kind != ValueKind::kDict) return;
    steps_ += value.items.size() / 2;  // entries that are passed over take time too
    for (std::size_t i = 0; i < value.items.size(); i += 2) {
      const Value& key = tree_[value.items[i]];
      if (key.kind == ValueKind::kString) walk_item(key.text, tree_[value.items[i + 1]]);
    }
  }

  std::vector<NamedTensor> take() {
    std::sort(named_.begin(), named_.end(),
              [](const NamedTensor& a, const NamedTensor& b) { return a.name < b.name; });
    for (std::size_t i = 1; i < named_.size(); ++i) {
      if (named_[i].name != named_[i - 1].name) continue;
      throw Error(ErrorCode::kDuplicateName,
                  fmt::format("{}: two tensors {}", source_, quote(named_[i].name)));
    }
    return std::move(named_);
  }

 private:
  void walk_item(const std::string& key, const Value& value) {
    const std::size_t length = name_.size();
    if (length + key.size() >= kLongestName) refuse("a tensor's name is too long");
    if (!name_.empty()) name_ += '.';
    name_ += key;
    walk(value);
    name_.resize(length);
  }

  void add(std::size_t tensor) {
    if (named_.size() >= kMaxNamed) refuse("a state dict with too many tensors");
    name_bytes_ += name_.size();
    if (name_bytes_ > kMaxNameBytes) refuse("a state dict with too long names");
    named_.push_back({name_, tensor});
  }

  [[noreturn]] void refuse(const char* what) const {
    throw Error(ErrorCode::kPickleMalformed, fmt::format("{}: {}", source_, what));
  }

  const PickleTree& tree_;
  const std::string& source_;
  std::string name_;
  std::vector<NamedTensor> named_;
  std::size_t steps_ = 0, name_bytes_ = 0;
};

bool has_names(const Value& value) {
  return value.kind == ValueKind::kDict || value.kind == ValueKind::kRecord;
}

}  // namespace

std::vector<NamedTensor> flatten_state(const PickleTree& tree, const std::string& source) {
  const Value* start = &tree[tree.root];
  if (!has_names(*start)) {
    throw Error(ErrorCode::kUnknownFormat,
                source + ": the PyTorch file holds neither a state dict nor a module",
                "save the weights with torch.save(model.state_dict(), path)");
  }
  for (const char* key : {"state_dict", "model"}) {
    if (start->kind != ValueKind::kDict) break;
    const Value* inner = tree.lookup(*start, key);
    if (inner == nullptr || !has_names(*inner)) continue;
    start = inner;
    break;
  }
  Flattener flattener(tree, source);
  flattener.walk(*start);
  return flattener.take();
}

}  // namespace relprompt::archive

// Operands are checked for exactly the form PyTorch writes: a pickle that bends them is no checkpoint.
#include "archive/pickle_objects.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/dtype.h"
#include "archive/quote.h"

namespace relprompt::archive {
namespace {

// Checkpoints with optimizer states hold some thousands.
constexpr std::size_t kMaxTensors = 1U << 17;
constexpr std::size_t kLongestKey = 256;  // it is a number

void require(bool holds, const char* what) {
  if (!holds) throw Error(ErrorCode::kPickleMalformed, what);
}

const Value& require_kind(const PickleTree& tree, ValueId id, ValueKind kind, const char* what) {
  require(tree[id].kind == kind, what);
  return tree[id];
}

bool is_sequence(const Value& value) {
  return value.kind == ValueKind::kTuple || value.kind == ValueKind::kList;
}

std::vector<std::int64_t> read_sizes(const PickleTree& tree, ValueId id, const char* what) {
  const Value& value = tree[id];
  require(is_sequence(value), what);
  if (value.items.size() > kMaxRank) {
    throw Error(ErrorCode::kShapeOverflow,
                fmt::format("a tensor of {} dimensions; at most {} are read", value.items.size(), kMaxRank));
  }
  std::vector<std::int64_t> sizes;
  for (const ValueId item : value.items)
    sizes.push_back(require_kind(tree, item, ValueKind::kInt, what).number);
  return sizes;
}

Value simple(ValueKind kind, std::size_t number) {
  Value value;
  value.kind = kind;
  value.number = static_cast<std::int64_t>(number);
  return value;
}

// _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward_hooks[, metadata])
ValueId rebuild_tensor(PickleTree& tree, const std::vector<ValueId>& arguments) {
  require(arguments.size() == 6 || arguments.size() == 7, "a tensor has six or seven arguments");
  PickledTensor tensor;
  tensor.storage = static_cast<std::size_t>(
      require_kind(tree, arguments[0], ValueKind::kStorage, "a tensor's first argument is its storage")
          .number);
  const std::int64_t offset =
      require_kind(tree, arguments[1], ValueKind::kInt, "a tensor's offset is an integer").number;
  tensor.shape = read_sizes(tree, arguments[2], "a tensor's shape is a tuple of integers");
  tensor.strides = read_sizes(tree, arguments[3], "a tensor's strides are a tuple of integers");
  require(tensor.shape.size() == tensor.strides.size(), "a tensor has as many strides as dimensions");
  for (const std::int64_t size : tensor.shape) {
    if (size < 0)
      throw Error(ErrorCode::kShapeOverflow, fmt::format("a tensor has a dimension of size {}", size));
  }
  for (const std::int64_t stride : tensor.strides) {
    if (stride < 0) throw Error(ErrorCode::kBadOffsets, fmt::format("a tensor has the stride {}", stride));
  }
  if (offset < 0) throw Error(ErrorCode::kBadOffsets, fmt::format("a tensor has the offset {}", offset));
  require(tree.tensors.size() < kMaxTensors, "too many tensors");
  tensor.offset = static_cast<std::uint64_t>(offset);
  tree.tensors.push_back(std::move(tensor));
  return tree.add(simple(ValueKind::kTensor, tree.tensors.size() - 1));
}

ValueId make_record(PickleTree& tree, const std::string& class_name) {
  Value record;
  record.kind = ValueKind::kRecord;
  record.text = class_name;
  return tree.add(std::move(record));
}

}  // namespace

ValueId make_global(PickleTree& tree, std::string_view module, std::string_view name) {
  tree.globals.push_back(allowed_global(module, name));
  Value global = simple(ValueKind::kGlobal, tree.globals.size() - 1);
  global.text.append(module).append(".").append(name);
  return tree.add(std::move(global));
}

ValueId make_storage(PickleTree& tree, ValueId persistent_id) {
  const Value& id = require_kind(tree, persistent_id, ValueKind::kTuple, "a persistent id is a tuple");
  require(id.items.size() == 5, "a storage has five fields");
  const Value& tag = require_kind(tree, id.items[0], ValueKind::kString, "a storage begins with a word");
  require(tag.text == "storage", "the only persistent objects are storages");
  const Value& type = require_kind(tree, id.items[1], ValueKind::kGlobal, "a storage names its type");
  const AllowedGlobal& global = tree.globals[static_cast<std::size_t>(type.number)];
  require(global.kind == GlobalKind::kStorage, "a storage names a storage type");
  PickledStorage storage;
  storage.dtype = global.dtype;
  const std::string& key = require_kind(tree, id.items[2], ValueKind::kString, "a storage has a key").text;
  require(key.size() <= kLongestKey, "a storage's key is too long");
  storage.key = key;
  const std::int64_t elements =
      require_kind(tree, id.items[4], ValueKind::kInt, "a storage has a number of elements").number;
  require(elements >= 0, "a storage has a negative number of elements");
  require(tree.storages.size() < kMaxTensors, "too many storages");
  storage.elements = static_cast<std::uint64_t>(elements);
  tree.storages.push_back(std::move(storage));
  return tree.add(simple(ValueKind::kStorage, tree.storages.size() - 1));
}

ValueId apply(PickleTree& tree, ValueId callable, ValueId arguments) {
  const Value& function =
      require_kind(tree, callable, ValueKind::kGlobal, "only an allowed name can be applied");
  const std::vector<ValueId>& given =
      require_kind(tree, arguments, ValueKind::kTuple, "arguments are a tuple").items;
  switch (tree.globals[static_cast<std::size_t>(function.number)].kind) {
    case GlobalKind::kRebuildTensor:
      return rebuild_tensor(tree, given);
    case GlobalKind::kRebuildParameter:
      require(!given.empty() && tree[given[0]].kind == ValueKind::kTensor, "a parameter holds a tensor");
      return given[0];
    case GlobalKind::kSize:
      require(given.size() == 1 && is_sequence(tree[given[0]]), "torch.Size holds a tuple");
      return given[0];
    case GlobalKind::kOrderedDict:
      require(given.empty(), "an OrderedDict is filled after it is made");
      return tree.add(simple(ValueKind::kDict, 0));
    case GlobalKind::kFirstArgument:
      require(!given.empty(), "a type tag holds a value");
      return given[0];
    case GlobalKind::kRecord:
      return make_record(tree, std::string(function.text));
    case GlobalKind::kStorage:
      break;
  }
  throw Error(ErrorCode::kPickleMalformed, fmt::format("{} cannot be applied", quote(function.text)));
}

void set_state(PickleTree& tree, ValueId object, ValueId state) {
  Value& target = tree.values[object];
  if (target.kind == ValueKind::kDict) return;
  require(target.kind == ValueKind::kRecord, "state is set on something that is no object");
  target.items = {state};
}

}  // namespace relprompt::archive

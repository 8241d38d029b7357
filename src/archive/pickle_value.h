// What a pickle says, as plain data. All values of a pickle live in one table and refer to each other by
// index: sharing and cycles cost nothing, and destruction is never recursive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "archive/pickle_allow_list.h"
#include "archive/tensor_archive.h"

namespace relprompt::archive {

/// Index into PickleTree::values.
using ValueId = std::uint32_t;

enum class ValueKind {
  kNone,
  kBool,     ///< number: 0 or 1
  kInt,      ///< number
  kDouble,   ///< real
  kString,   ///< text; byte strings too
  kTuple,    ///< items
  kList,     ///< items
  kDict,     ///< items: key, value, key, value, ...
  kGlobal,   ///< text: "module.name", number: index into globals; a name only, nothing is imported
  kStorage,  ///< number: index into storages
  kTensor,   ///< number: index into tensors
  kRecord,   ///< text: class name; items: the state set by BUILD, if any; inert
};

struct Value {
  ValueKind kind = ValueKind::kNone;
  std::int64_t number = 0;
  double real = 0;
  std::string text;
  std::vector<ValueId> items;
};

/// A block of numbers in the zip entry "data/KEY".
struct PickledStorage {
  std::string key;
  DType dtype = DType::kF32;
  std::uint64_t elements = 0;
};

/// A strided window on a storage; offset and strides count elements. Not yet checked against the storage.
struct PickledTensor {
  std::size_t storage = 0;
  std::uint64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< as long as shape, none negative
};

struct PickleTree {
  std::vector<Value> values;
  std::vector<AllowedGlobal> globals;
  std::vector<PickledStorage> storages;
  std::vector<PickledTensor> tensors;
  ValueId root = 0;

  const Value& operator[](ValueId id) const { return values[id]; }

  /// Adds a value. Throws Error(kPickleMalformed) beyond some million values.
  ValueId add(Value value);

  /// The value of a string key in a dict; nullptr if there is none. Of equal keys the last counts.
  const Value* lookup(const Value& dict, std::string_view key) const;
};

}  // namespace relprompt::archive

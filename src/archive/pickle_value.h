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

/// Most values that are read. A tensor takes about twenty: a ViT-L with its optimizer's state has some ten
/// thousand.
constexpr std::size_t kMaxPickleValues = 1U << 19;
/// Most memory that they take. Without this limit a memo could copy one long text a million times.
constexpr std::size_t kMaxPickleMemory = std::size_t{128} << 20;

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

  /// Adds a value. Throws Error(kPickleMalformed) beyond kMaxPickleValues, or if all take too much memory.
  ValueId add(Value value);
  /// Puts more items into a container. Throws as add does.
  void extend(ValueId container, const std::vector<ValueId>& items);

  /// The value of a string key in a dict; nullptr if there is none. Of equal keys the last counts.
  const Value* lookup(const Value& dict, std::string_view key) const;

 private:
  void count(std::size_t bytes);

  std::size_t bytes_ = 0;  ///< of memory, about
};

}  // namespace relprompt::archive

// Every index a tensor could reach is checked before its first byte is touched.
#include "archive/pytorch_tensors.h"

#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/dtype.h"
#include "archive/quote.h"
#include "base/checked.h"

namespace relprompt::archive {
namespace {

// A stride of 0 repeats one number as often as the shape says, so copies need a cap of their own. Honest
// files hold transposed weights, each number once.
constexpr std::uint64_t kAlwaysCopied = 64ULL << 20;

bool is_contiguous(const PickledTensor& tensor) {
  std::int64_t expected = 1;
  for (std::size_t i = tensor.shape.size(); i > 0; --i) {
    if (tensor.shape[i - 1] == 1) continue;  // its stride is never used
    if (tensor.strides[i - 1] != expected) return false;
    expected *= tensor.shape[i - 1];
  }
  return true;
}

// Index of the furthest element; nullopt on overflow. Not for empty tensors.
std::optional<std::uint64_t> last_element(const PickledTensor& tensor) {
  std::optional<std::uint64_t> last = tensor.offset;
  for (std::size_t i = 0; i < tensor.shape.size() && last; ++i) {
    const auto step = checked_multiply(static_cast<std::uint64_t>(tensor.shape[i] - 1),
                                       static_cast<std::uint64_t>(tensor.strides[i]));
    last = step ? checked_add(*last, *step) : std::nullopt;
  }
  return last;
}

}  // namespace

TensorView TensorLoader::load(const PickleTree& tree, const std::string& name, const PickledTensor& tensor) {
  const std::string where = fmt::format("{}: tensor {}", source_, quote(name));
  const PickledStorage& storage = tree.storages[tensor.storage];
  TensorView view;
  view.name = name;
  view.dtype = storage.dtype;
  view.shape = tensor.shape;
  const auto bytes = bytes_of(tensor.shape, storage.dtype);
  if (!bytes) throw Error(ErrorCode::kShapeOverflow, where + ": the product of its shape overflows");
  view.bytes = *bytes;
  const Bytes stored = storage_bytes(storage.key);
  view.data = stored.data;
  if (view.bytes == 0) return view;
  check_inside(tensor, storage, stored, where);
  const std::byte* first = stored.data + tensor.offset * size_of(storage.dtype);
  view.data = is_contiguous(tensor) ? first : copy_strided(tensor, view, first, where);
  return view;
}

TensorLoader::Bytes TensorLoader::storage_bytes(const std::string& key) {
  const auto known = storages_.find(key);
  if (known != storages_.end()) return known->second;
  const ZipEntry* entry = zip_.find(prefix_ + "data/" + key);
  if (entry == nullptr) {
    throw Error(ErrorCode::kTruncatedArchive,
                fmt::format("{}: the storage {} is missing", source_, quote(prefix_ + "data/" + key)),
                "the file is incomplete; fetch it again");
  }
  Bytes bytes{zip_.packed(*entry), entry->size};
  if (entry->deflated) {
    owned_.push_back(zip_.read(*entry));
    bytes.data = owned_.back().data();
  }
  return storages_.emplace(key, bytes).first->second;
}

void TensorLoader::check_inside(const PickledTensor& tensor, const PickledStorage& storage,
                                const Bytes& bytes, const std::string& where) const {
  const auto needed = checked_multiply(storage.elements, size_of(storage.dtype));
  if (!needed || *needed > bytes.size) {
    throw Error(ErrorCode::kBadOffsets,
                fmt::format("{}: storage {} should hold {} numbers of {}, but has {} bytes", where,
                            quote(storage.key), storage.elements, name_of(storage.dtype), bytes.size));
  }
  const auto last = last_element(tensor);
  if (!last || *last >= storage.elements) {
    throw Error(ErrorCode::kBadOffsets, fmt::format("{}: it reaches beyond the {} numbers of storage {}",
                                                    where, storage.elements, quote(storage.key)));
  }
}

const std::byte* TensorLoader::copy_strided(const PickledTensor& tensor, const TensorView& view,
                                            const std::byte* first, const std::string& where) {
  const auto total = checked_add(copied_, view.bytes);
  if (!total || *total > kAlwaysCopied + 4 * zip_.size()) {
    throw Error(
        ErrorCode::kZipBomb,
        fmt::format("{}: {} bytes would be copied out of a file of {}", where, view.bytes, zip_.size()),
        "re-save the file with contiguous tensors");
  }
  copied_ = *total;
  const std::size_t element = size_of(view.dtype);
  owned_.emplace_back(view.bytes);
  std::byte* next = owned_.back().data();
  const std::byte* const end = next + view.bytes;
  // A dimension of size 1 is never stepped along, so its stride may be any number, also one that overflows a
  // sum. All other strides lie inside the storage.
  std::vector<std::int64_t> sizes, strides;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.shape[i] == 1) continue;
    sizes.push_back(tensor.shape[i]);
    strides.push_back(tensor.strides[i]);
  }
  std::vector<std::int64_t> index(sizes.size(), 0);
  std::int64_t from = 0;  // in elements, relative to the first
  while (next != end) {
    std::memcpy(next, first + static_cast<std::size_t>(from) * element, element);
    next += element;
    for (std::size_t i = index.size(); i > 0; --i) {  // count up like an odometer, last dimension fastest
      from += strides[i - 1];
      if (++index[i - 1] < sizes[i - 1]) break;
      from -= strides[i - 1] * sizes[i - 1];
      index[i - 1] = 0;
    }
  }
  return owned_.back().data();
}

}  // namespace relprompt::archive

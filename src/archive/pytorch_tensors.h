// From a pickle's strided windows on storages to contiguous tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "archive/pickle_value.h"
#include "archive/tensor_archive.h"
#include "archive/zip_file.h"

namespace relprompt::archive {

/// Bytes that no file holds in usable form; a list, so that their addresses stay.
using OwnedBytes = std::list<std::vector<std::byte>>;

class TensorLoader {
 public:
  /// @param prefix the archive's folder inside the zip, with its '/'
  /// @param owned receives inflated storages and copies; must live as long as the views
  TensorLoader(ZipFile& zip, std::string prefix, const std::string& source, OwnedBytes& owned)
      : zip_(zip), prefix_(std::move(prefix)), source_(source), owned_(owned) {}

  /// A view into the zip's own bytes if the entry is stored and the tensor contiguous, else into `owned`.
  /// Throws Error: kTruncatedArchive (storage missing), kBadOffsets (outside its storage), kShapeOverflow,
  /// kZipBomb (copies beyond the caps), kBadZip.
  TensorView load(const PickleTree& tree, const std::string& name, const PickledTensor& tensor);

 private:
  struct Bytes {
    const std::byte* data = nullptr;
    std::uint64_t size = 0;
  };

  Bytes storage_bytes(const std::string& key);
  void check_inside(const PickledTensor& tensor, const PickledStorage& storage, const Bytes& bytes,
                    const std::string& where) const;
  const std::byte* copy_strided(const PickledTensor& tensor, const TensorView& view, const std::byte* first,
                                const std::string& where);

  ZipFile& zip_;
  std::string prefix_;
  const std::string& source_;
  OwnedBytes& owned_;
  std::unordered_map<std::string, Bytes> storages_;
  std::uint64_t copied_ = 0;
};

}  // namespace relprompt::archive

// Named tensors in a file, whatever the container. Readers return views; nothing is converted or copied
// unless the container stores bytes compressed or strided.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relprompt::archive {

enum class DType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool };

/// Bytes of one element.
std::size_t size_of(DType type) noexcept;
/// The name safetensors uses: "F32", "BF16", ...
const char* name_of(DType type) noexcept;

/// A contiguous row-major tensor inside an archive, valid as long as the archive lives.
struct TensorView {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;  ///< empty for a scalar
  const std::byte* data = nullptr;  ///< any alignment
  std::uint64_t bytes = 0;          ///< product of shape times size_of(dtype)
};

/// A file of a checkpoint.
struct ArchiveFile {
  std::filesystem::path path;
  std::string identity;  ///< of the version that is mapped, see base/file_identity.h
};

/// A checkpoint file or a set of shards.
class TensorArchive {
 public:
  virtual ~TensorArchive() = default;
  /// All tensors, sorted by name, names unique.
  const std::vector<TensorView>& tensors() const { return tensors_; }
  /// nullptr if there is none of that name.
  const TensorView* find(std::string_view name) const;
  /// Free-form text pairs of the container ("__metadata__" of safetensors); empty for others.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// The files that the tensors' bytes lie in; none for bytes in memory.
  const std::vector<ArchiveFile>& files() const { return files_; }
  /// Gives back the memory of what was read from mapped files; views stay valid and are paged in again on
  /// use.
  virtual void release_pages() const noexcept {}
  /// "safetensors" or "pytorch zip", followed by " shards" if there are several files; for messages.
  const std::string& format() const { return format_; }

 protected:
  std::vector<TensorView> tensors_;
  std::map<std::string, std::string> metadata_;
  std::string format_;
  std::vector<ArchiveFile> files_;
};

/// Opens a checkpoint by content, not by name: safetensors, PyTorch zip (.pt, .pth, TorchScript), a
/// *.index.json of shards, or a folder that holds model.safetensors[.index.json] or
/// pytorch_model.bin[.index.json]. Throws Error with a code of exit status 4.
std::unique_ptr<TensorArchive> open_archive(const std::filesystem::path& path);

/// Whether the folder holds a file that open_archive looks for.
bool has_archive(const std::filesystem::path& folder);

}  // namespace relprompt::archive

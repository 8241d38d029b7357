// Layout: NAME/data.pkl (the objects), NAME/data/0, 1, ... (their numbers), NAME/byteorder since 2.1.
#include "archive/pytorch_archive.h"

#include <string_view>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/pickle_reader.h"
#include "archive/pytorch_tensors.h"
#include "archive/quote.h"
#include "archive/state_dict.h"
#include "archive/zip_file.h"
#include "base/mapped_file.h"

namespace relprompt::archive {
namespace {

// ViT-L's has 100 kB, with optimizer states 1 MB.
constexpr std::uint64_t kMaxPickleBytes = 16ULL << 20;
constexpr std::uint64_t kMaxByteOrderBytes = 16;
constexpr std::string_view kPickleName = "data.pkl";

// The folder (with its '/') that holds data.pkl.
std::string find_prefix(const ZipFile& zip, const std::string& source) {
  const ZipEntry* found = nullptr;
  for (const ZipEntry& entry : zip.entries()) {
    const std::size_t slash = entry.name.find('/');
    if (slash == std::string::npos || std::string_view(entry.name).substr(slash + 1) != kPickleName) continue;
    if (found != nullptr) {
      throw Error(ErrorCode::kUnknownFormat, fmt::format("{}: two pickles in one zip file, {} and {}", source,
                                                         quote(found->name), quote(entry.name)));
    }
    found = &entry;
  }
  if (found != nullptr) return found->name.substr(0, found->name.size() - kPickleName.size());
  throw Error(ErrorCode::kUnknownFormat,
              fmt::format("{}: a zip file, but not PyTorch's: it has no NAME/data.pkl", source),
              "if it was packed for transport, unpack it and give the folder or file inside");
}

void check_byte_order(ZipFile& zip, const std::string& prefix, const std::string& source) {
  const ZipEntry* entry = zip.find(prefix + "byteorder");
  if (entry == nullptr) return;  // older files are little-endian
  const std::vector<std::byte> content = zip.read(*entry, kMaxByteOrderBytes);
  const std::string_view order(reinterpret_cast<const char*>(content.data()), content.size());
  if (order == "little") return;
  throw Error(ErrorCode::kUnknownFormat,
              fmt::format("{}: its byte order is {}; only little is read", source, quote(order)),
              "re-save it on a little-endian machine");
}

class PytorchArchive final : public TensorArchive {
 public:
  PytorchArchive(std::unique_ptr<MappedFile> file, const std::byte* data, std::size_t size,
                 const std::string& source)
      : file_(std::move(file)) {
    format_ = "pytorch zip";
    if (file_) files_.push_back({file_->path(), file_->identity()});
    ZipFile zip(data, size, source);
    const std::string prefix = find_prefix(zip, source);
    check_byte_order(zip, prefix, source);
    const std::vector<std::byte> pickle =
        zip.read(*zip.find(prefix + std::string(kPickleName)), kMaxPickleBytes);
    const PickleTree tree = read_pickle(pickle.data(), pickle.size(), source);
    TensorLoader loader(zip, prefix, source, owned_);
    for (const NamedTensor& named : flatten_state(tree, source)) {
      tensors_.push_back(loader.load(tree, named.name, tree.tensors[named.tensor]));
    }
  }

  void release_pages() const noexcept override {
    if (file_) file_->release_pages();
  }

 private:
  std::unique_ptr<MappedFile> file_;  // null when the caller keeps the bytes
  OwnedBytes owned_;
};

}  // namespace

std::unique_ptr<TensorArchive> open_pytorch(const std::filesystem::path& path) {
  auto file = std::make_unique<MappedFile>(path, ErrorCode::kModelNotFound);
  const std::byte* data = file->data();
  const std::size_t size = file->size();
  return std::make_unique<PytorchArchive>(std::move(file), data, size, path.string());
}

std::unique_ptr<TensorArchive> parse_pytorch(const std::byte* data, std::size_t size,
                                             const std::string& source) {
  return std::make_unique<PytorchArchive>(nullptr, data, size, source);
}

}  // namespace relprompt::archive

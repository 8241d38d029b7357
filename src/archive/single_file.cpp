// Magic numbers and the messages for files that have none of them.
#include "archive/single_file.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/little_endian.h"
#include "archive/pytorch_archive.h"
#include "archive/quote.h"
#include "archive/safetensors.h"
#include "archive/safetensors_header.h"
#include "base/mapped_file.h"

namespace relprompt::archive {
namespace {

using namespace std::string_view_literals;

// The number 0x1950a86a20f9469cfc6c, which torch.save pickled first of all before 1.6.
constexpr std::string_view kLegacyMagic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;
constexpr std::string_view kPickleStart = "\x80"sv;

bool begins_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

std::string_view bytes_of_file(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

bool looks_like_safetensors(const MappedFile& file) {
  constexpr std::size_t kLengthBytes = 8;
  if (file.size() <= kLengthBytes) return false;
  return load_little<std::uint64_t>(file.data()) <= kMaxHeaderBytes &&
         file.data()[kLengthBytes] == std::byte{'{'};
}

FileKind kind_of(const MappedFile& file) {
  const std::string_view bytes = bytes_of_file(file);
  if (looks_like_safetensors(file)) return FileKind::kSafetensors;
  if (begins_with(bytes, "PK\x03\x04"sv) || begins_with(bytes, "PK\x05\x06"sv)) return FileKind::kZip;
  if (begins_with(bytes, kLegacyMagic)) return FileKind::kLegacyPickle;
  const std::size_t first = bytes.substr(0, 64).find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && bytes[first] == '{') return FileKind::kJson;
  if (file.path().extension() == ".safetensors") return FileKind::kSafetensors;
  return FileKind::kUnknown;
}

// The usual ways to have a wrong file under a right name.
std::string hint_for(std::string_view bytes) {
  if (begins_with(bytes, "version https://git-lfs"sv)) {
    return "this is a git-lfs pointer, not the file itself: run 'git lfs pull' in its repository";
  }
  if (begins_with(bytes, "<"sv)) return "this looks like a web page: the download probably failed";
  if (begins_with(bytes, kPickleStart))
    return "this looks like a bare Python pickle; re-save it with torch.save";
  return "supported are safetensors, PyTorch zip files (.pt, .pth, .bin since PyTorch 1.6), TorchScript, and "
         "Hugging Face folders or indexes of those";
}

[[noreturn]] void refuse(const MappedFile& file) {
  const std::string_view bytes = bytes_of_file(file);
  if (bytes.empty()) throw Error(ErrorCode::kUnknownFormat, fmt::format("{} is empty", file.path().string()));
  throw Error(ErrorCode::kUnknownFormat,
              fmt::format("{} is no checkpoint of a supported format; it begins with {}",
                          file.path().string(), quote(bytes.substr(0, 16))),
              hint_for(bytes));
}

[[noreturn]] void refuse_legacy(const std::filesystem::path& path) {
  throw Error(
      ErrorCode::kLegacyPickle,
      fmt::format("{} is in PyTorch's format from before version 1.6, which is not read", path.string()),
      "re-save it with a current PyTorch: torch.save(torch.load('old.pth', map_location='cpu', "
      "weights_only=True), 'new.pth')");
}

}  // namespace

FileKind kind_of_file(const std::filesystem::path& path) {
  return kind_of(MappedFile(path, ErrorCode::kModelNotFound));
}

std::unique_ptr<TensorArchive> open_single_file(const std::filesystem::path& path) {
  const MappedFile file(path, ErrorCode::kModelNotFound);
  switch (kind_of(file)) {
    case FileKind::kSafetensors:
      return open_safetensors(path);
    case FileKind::kZip:
      return open_pytorch(path);
    case FileKind::kLegacyPickle:
      refuse_legacy(path);
    case FileKind::kJson:
    case FileKind::kUnknown:
      break;
  }
  refuse(file);
}

}  // namespace relprompt::archive

// Reads safetensors in place. Nothing in the header is believed: types, shapes and offsets must agree with
// each other (safetensors_header.h), and the tensors must cover the file's data exactly, once.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/little_endian.h"
#include "archive/quote.h"
#include "archive/safetensors.h"
#include "archive/safetensors_header.h"
#include "base/mapped_file.h"

namespace relprompt::archive {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr const char* kRefetch = "the download or copy is probably incomplete; fetch the file again";

std::string claim_of(const HeaderTensor& tensor, std::uint64_t data_bytes, const std::string& source) {
  return fmt::format("{}: tensor {} claims bytes {} to {} of {}", source, quote(tensor.view.name),
                     tensor.begin, tensor.end, data_bytes);
}

void check_coverage(const std::vector<HeaderTensor>& tensors, std::uint64_t data_bytes,
                    const std::string& source) {
  std::vector<const HeaderTensor*> in_order;
  in_order.reserve(tensors.size());
  for (const HeaderTensor& tensor : tensors) in_order.push_back(&tensor);
  std::sort(in_order.begin(), in_order.end(), [](const HeaderTensor* a, const HeaderTensor* b) {
    return a->begin != b->begin ? a->begin < b->begin
                                : a->end < b->end;  // empty tensors before their neighbour
  });
  std::uint64_t covered = 0;
  for (const HeaderTensor* tensor : in_order) {
    const auto refuse = [&](ErrorCode code, const std::string& problem, const char* hint = "") {
      throw Error(code, claim_of(*tensor, data_bytes, source) + problem, hint);
    };
    if (tensor->begin < covered) refuse(ErrorCode::kOverlap, ", which overlap another's");
    if (tensor->begin > data_bytes) refuse(ErrorCode::kBadOffsets, ", outside the file");
    if (tensor->begin > covered) {
      refuse(ErrorCode::kOverlap, fmt::format("; the bytes from {} on belong to no tensor", covered));
    }
    if (tensor->end > data_bytes) refuse(ErrorCode::kTruncatedArchive, ": the file ends early", kRefetch);
    covered = tensor->end;
  }
  if (covered < data_bytes) {
    throw Error(ErrorCode::kOverlap,
                fmt::format("{}: the last {} bytes belong to no tensor", source, data_bytes - covered));
  }
}

std::string_view header_text(const std::byte* data, std::size_t size, const std::string& source) {
  if (size < kLengthBytes) {
    throw Error(ErrorCode::kTruncatedArchive,
                fmt::format("{}: {} bytes are too few for safetensors", source, size), kRefetch);
  }
  const auto length = load_little<std::uint64_t>(data);
  if (length > kMaxHeaderBytes) {
    throw Error(ErrorCode::kBadHeader,
                fmt::format("{}: a header of {} bytes; at most {} are read", source, length, kMaxHeaderBytes),
                "this is probably no safetensors file");
  }
  if (length > size - kLengthBytes) {
    throw Error(
        ErrorCode::kTruncatedArchive,
        fmt::format("{}: the header ends at byte {}, the file at {}", source, kLengthBytes + length, size),
        kRefetch);
  }
  return {reinterpret_cast<const char*>(data) + kLengthBytes, static_cast<std::size_t>(length)};
}

class SafetensorsArchive final : public TensorArchive {
 public:
  SafetensorsArchive(std::unique_ptr<MappedFile> file, const std::byte* data, std::size_t size,
                     const std::string& source)
      : file_(std::move(file)) {
    format_ = "safetensors";
    if (file_) files_.push_back({file_->path(), file_->identity()});
    const std::string_view text = header_text(data, size, source);
    SafetensorsHeader header = read_safetensors_header(text, source);
    const std::uint64_t before_data = kLengthBytes + text.size();
    check_coverage(header.tensors, size - before_data, source);
    metadata_ = std::move(header.metadata);
    tensors_.reserve(header.tensors.size());
    for (HeaderTensor& tensor : header.tensors) {
      // Only now are the offsets known to lie inside the file.
      tensor.view.data = data + before_data + tensor.begin;
      tensors_.push_back(std::move(tensor.view));
    }
  }

  void release_pages() const noexcept override {
    if (file_) file_->release_pages();
  }

 private:
  std::unique_ptr<MappedFile> file_;  // null when the caller keeps the bytes
};

}  // namespace

std::unique_ptr<TensorArchive> open_safetensors(const std::filesystem::path& path) {
  auto file = std::make_unique<MappedFile>(path, ErrorCode::kModelNotFound);
  const std::byte* data = file->data();
  const std::size_t size = file->size();
  return std::make_unique<SafetensorsArchive>(std::move(file), data, size, path.string());
}

std::unique_ptr<TensorArchive> parse_safetensors(const std::byte* data, std::size_t size,
                                                 const std::string& source) {
  return std::make_unique<SafetensorsArchive>(nullptr, data, size, source);
}

}  // namespace relprompt::archive

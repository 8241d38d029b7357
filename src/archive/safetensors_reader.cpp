// Reads safetensors in place. Nothing in the header is believed: types, shapes and offsets must agree with
// each other, and the tensors must cover the file's data exactly, once.
#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/dtype.h"
#include "archive/json_text.h"
#include "archive/little_endian.h"
#include "archive/quote.h"
#include "archive/safetensors.h"
#include "base/mapped_file.h"

namespace relprompt::archive {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLengthBytes = 8;
constexpr const char* kRefetch = "the download or copy is probably incomplete; fetch the file again";

struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::size_t tensor = 0;
};

DType read_dtype(const Json& value, const std::string& where) {
  if (!value.is_string()) throw Error(ErrorCode::kBadHeader, where + ": dtype is no string");
  const auto& name = value.get_ref<const std::string&>();
  const auto type = dtype_named(name);
  if (type) return *type;
  throw Error(ErrorCode::kUnsupportedDtype, fmt::format("{}: dtype {} is not supported", where, quote(name)),
              "supported are F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL");
}

std::vector<std::int64_t> read_shape(const Json& value, const std::string& where) {
  if (!value.is_array()) throw Error(ErrorCode::kBadHeader, where + ": shape is no list");
  if (value.size() > kMaxRank) {
    throw Error(ErrorCode::kShapeOverflow,
                fmt::format("{}: {} dimensions; at most {} are read", where, value.size(), kMaxRank));
  }
  std::vector<std::int64_t> shape;
  for (const Json& size : value) {
    if (!size.is_number_integer()) throw Error(ErrorCode::kBadHeader, where + ": shape holds no integer");
    const bool fits = !size.is_number_unsigned() || size.get<std::uint64_t>() <= INT64_MAX;
    if (!fits || size.get<std::int64_t>() < 0) {
      throw Error(ErrorCode::kShapeOverflow,
                  fmt::format("{}: {} is no size of a dimension", where, size.dump()));
    }
    shape.push_back(size.get<std::int64_t>());
  }
  return shape;
}

void read_offsets(const Json& value, const std::string& where, Extent& extent) {
  if (!value.is_array() || value.size() != 2) {
    throw Error(ErrorCode::kBadHeader, where + ": data_offsets is no pair");
  }
  if (!value[0].is_number_unsigned() || !value[1].is_number_unsigned()) {
    throw Error(ErrorCode::kBadOffsets, where + ": data_offsets are no byte positions");
  }
  extent.begin = value[0].get<std::uint64_t>();
  extent.end = value[1].get<std::uint64_t>();
  if (extent.begin <= extent.end) return;
  throw Error(ErrorCode::kBadOffsets, fmt::format("{}: data_offsets end at {} before they begin at {}", where,
                                                  extent.end, extent.begin));
}

TensorView read_tensor(const std::string& name, const Json& value, const std::string& source,
                       Extent& extent) {
  const std::string where = fmt::format("{}: tensor {}", source, quote(name));
  const bool complete = value.is_object() && value.size() == 3 && value.contains("dtype") &&
                        value.contains("shape") && value.contains("data_offsets");
  if (!complete) throw Error(ErrorCode::kBadHeader, where + " has not exactly dtype, shape and data_offsets");
  TensorView tensor;
  tensor.name = name;
  tensor.dtype = read_dtype(value["dtype"], where);
  tensor.shape = read_shape(value["shape"], where);
  read_offsets(value["data_offsets"], where, extent);
  const auto bytes = bytes_of(tensor.shape, tensor.dtype);
  if (!bytes) {
    throw Error(ErrorCode::kShapeOverflow,
                fmt::format("{}: the product of shape {} overflows", where, value["shape"].dump()));
  }
  if (*bytes != extent.end - extent.begin) {
    throw Error(ErrorCode::kBadOffsets,
                fmt::format("{}: {} of shape {} takes {} bytes, data_offsets give {}", where,
                            name_of(tensor.dtype), value["shape"].dump(), *bytes, extent.end - extent.begin));
  }
  tensor.bytes = *bytes;
  return tensor;
}

std::map<std::string, std::string> read_metadata(const Json& value, const std::string& source) {
  if (!value.is_object()) throw Error(ErrorCode::kBadHeader, source + ": __metadata__ is no object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) {
      throw Error(ErrorCode::kBadHeader, fmt::format("{}: __metadata__ {} is no string", source, quote(key)));
    }
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

void check_coverage(std::vector<Extent> extents, std::uint64_t data_bytes, const std::string& source,
                    const std::vector<TensorView>& tensors) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;  // empty tensors before their neighbour
  });
  std::uint64_t covered = 0;
  for (const Extent& extent : extents) {
    const std::string where = fmt::format("{}: tensor {}", source, quote(tensors[extent.tensor].name));
    const auto found = fmt::format("bytes {} to {} of {}", extent.begin, extent.end, data_bytes);
    if (extent.begin < covered) {
      throw Error(ErrorCode::kOverlap, fmt::format("{} claims {}, which overlap another's", where, found));
    }
    if (extent.begin > data_bytes) {
      throw Error(ErrorCode::kBadOffsets, fmt::format("{} claims {}, outside the file", where, found));
    }
    if (extent.begin > covered) {
      throw Error(ErrorCode::kOverlap, fmt::format("{} claims {}; the bytes from {} on belong to no tensor",
                                                   where, found, covered));
    }
    if (extent.end > data_bytes) {
      throw Error(ErrorCode::kTruncatedArchive,
                  fmt::format("{} claims {}: the file ends early", where, found), kRefetch);
    }
    covered = extent.end;
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
  if (length > kMaxJsonBytes) {
    throw Error(ErrorCode::kBadHeader,
                fmt::format("{}: a header of {} bytes; at most {} are read", source, length, kMaxJsonBytes),
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
    const std::string_view header = header_text(data, size, source);
    const Json json = parse_json(header, source + ": header");
    if (!json.is_object()) throw Error(ErrorCode::kBadHeader, source + ": the header is no JSON object");
    std::vector<Extent> extents;
    for (const auto& [name, value] : json.items()) {  // sorted by name, as tensors() promises
      if (name == "__metadata__") {
        metadata_ = read_metadata(value, source);
      } else {
        extents.push_back({0, 0, tensors_.size()});
        tensors_.push_back(read_tensor(name, value, source, extents.back()));
      }
    }
    const std::uint64_t before_data = kLengthBytes + header.size();
    check_coverage(extents, size - before_data, source, tensors_);
    // Only now are the offsets known to lie inside the file.
    for (const Extent& extent : extents) tensors_[extent.tensor].data = data + before_data + extent.begin;
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

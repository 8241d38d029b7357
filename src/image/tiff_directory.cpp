#include "image/tiff_directory.h"

#include <cstring>
#include <utility>

namespace relprompt::image {
namespace {

// Bytes of one value of a type; 0 for types that are no unsigned integers.
std::size_t bytes_of_type(std::uint16_t type) {
  switch (type) {
    case 1:
      return 1;  // BYTE
    case 3:
      return 2;  // SHORT
    case 4:
      return 4;  // LONG
    default:
      return 0;
  }
}

}  // namespace

std::uint32_t TiffDirectory::number(std::size_t offset, std::size_t bytes) const {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    result = result << 8 | data_[offset + (big_ ? i : bytes - 1 - i)];
  }
  return result;
}

std::optional<TiffDirectory> TiffDirectory::read(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return std::nullopt;
  const bool big = std::memcmp(data, "MM\0*", 4) == 0;
  if (!big && std::memcmp(data, "II*\0", 4) != 0) return std::nullopt;
  TiffDirectory directory(data, size, big);
  const std::size_t start = directory.number(4, 4);
  return read_at(std::move(directory), start);
}

std::optional<TiffDirectory> TiffDirectory::next() const {
  if (end_ > size_ || size_ - end_ < 4) return std::nullopt;
  const std::size_t start = number(end_, 4);
  return start == 0 ? std::nullopt : read_at(TiffDirectory(data_, size_, big_), start);
}

std::optional<TiffDirectory> TiffDirectory::read_at(TiffDirectory directory, std::size_t start) {
  const std::size_t size = directory.size_;
  if (start > size - 2) return std::nullopt;
  const std::size_t count = directory.number(start, 2);
  if (count == 0 || count * 12 > size - 2 - start) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = start + 2 + 12 * i;
    directory.fields_.push_back({static_cast<std::uint16_t>(directory.number(at, 2)),
                                 static_cast<std::uint16_t>(directory.number(at + 2, 2)),
                                 directory.number(at + 4, 4), at + 8});
  }
  directory.start_ = start;
  directory.end_ = start + 2 + 12 * count;
  return directory;
}

const TiffDirectory::Field* TiffDirectory::find(std::uint16_t tag) const {
  for (const Field& field : fields_) {
    if (field.tag == tag) return &field;
  }
  return nullptr;
}

std::vector<std::uint32_t> TiffDirectory::values(std::uint16_t tag) const {
  const Field* field = find(tag);
  if (field == nullptr) return {};
  const std::size_t bytes = bytes_of_type(field->type);
  if (bytes == 0 || field->count > size_ / bytes) return {};
  const std::size_t total = bytes * field->count;
  const std::size_t start = total <= 4 ? field->position : number(field->position, 4);
  if (start > size_ || total > size_ - start) return {};
  std::vector<std::uint32_t> result(field->count);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = number(start + i * bytes, bytes);
  return result;
}

std::uint32_t TiffDirectory::value(std::uint16_t tag, std::uint32_t fallback) const {
  const auto all = values(tag);
  return all.empty() ? fallback : all.front();
}

}  // namespace relprompt::image

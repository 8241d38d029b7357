#include "serve/zip_writer.h"

#include <zlib.h>

#include "relprompt/error.h"

namespace relprompt::serve {
namespace {

void put16(std::string& to, std::uint32_t value) {
  to += static_cast<char>(value & 255);
  to += static_cast<char>(value >> 8 & 255);
}

void put32(std::string& to, std::uint32_t value) {
  put16(to, value & 0xFFFF);
  put16(to, value >> 16);
}

// 1980-01-01, the earliest that a zip can say: an answer is the same whenever it is made.
constexpr std::uint32_t kDate = 0x0021;
constexpr std::uint32_t kUtf8Names = 0x0800;

std::uint32_t checksum(std::string_view content) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(content.data()), content.size()));
}

/// What a local header and the directory's entry have in common.
std::string entry(std::string_view name, std::string_view content) {
  std::string fields;
  put16(fields, 20);  // version needed
  put16(fields, kUtf8Names);
  put16(fields, 0);  // stored
  put16(fields, 0);
  put16(fields, kDate);
  put32(fields, checksum(content));
  put32(fields, static_cast<std::uint32_t>(content.size()));
  put32(fields, static_cast<std::uint32_t>(content.size()));
  put16(fields, static_cast<std::uint32_t>(name.size()));
  put16(fields, 0);  // extra field
  return fields;
}

}  // namespace

void ZipWriter::add(std::string_view name, std::string_view content) {
  const auto offset = bytes_.size();
  if (offset + content.size() + name.size() + 1024 > 0xFFFFFFFFull || name.size() > 0xFFFF ||
      files_ == 0xFFFF) {
    throw Error(ErrorCode::kInternal, "a zip of more than 4 GiB");
  }
  const auto fields = entry(name, content);
  put32(bytes_, 0x04034b50);
  bytes_ += fields;
  bytes_ += name;
  bytes_ += content;
  put32(directory_, 0x02014b50);
  put16(directory_, 20);  // made by
  directory_ += fields;
  put16(directory_, 0);  // comment
  put16(directory_, 0);  // disk
  put16(directory_, 0);  // internal attributes
  put32(directory_, 0);  // external attributes
  put32(directory_, static_cast<std::uint32_t>(offset));
  directory_ += name;
  ++files_;
}

std::string ZipWriter::finish() {
  const auto offset = bytes_.size();
  bytes_ += directory_;
  put32(bytes_, 0x06054b50);
  put16(bytes_, 0);
  put16(bytes_, 0);
  put16(bytes_, files_);
  put16(bytes_, files_);
  put32(bytes_, static_cast<std::uint32_t>(directory_.size()));
  put32(bytes_, static_cast<std::uint32_t>(offset));
  put16(bytes_, 0);
  return std::move(bytes_);
}

}  // namespace relprompt::serve

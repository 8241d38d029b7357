// The first directory of a TIFF structure. TIFF images are made of it, and so are the EXIF blocks inside
// JPEG, PNG and WebP, hence one reader for both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace relprompt::image {

class TiffDirectory {
 public:
  /// Reads the directory of a structure that starts at data ("II*\0" or "MM\0*"); nullopt if it is malformed
  /// or lies outside the bytes. The bytes must outlive the object.
  static std::optional<TiffDirectory> read(const std::uint8_t* data, std::size_t size);
  /// The directory that follows; nullopt if there is none, or it is malformed or outside the bytes.
  std::optional<TiffDirectory> next() const;

  /// Offset of the directory, to tell chains that lead back to themselves.
  std::size_t start() const noexcept { return start_; }
  bool has(std::uint16_t tag) const { return find(tag) != nullptr; }
  /// All values of an integer field (BYTE, SHORT, LONG); empty if the tag is absent, of another type, or its
  /// values lie outside the bytes.
  std::vector<std::uint32_t> values(std::uint16_t tag) const;
  /// The first value, or `fallback` if there is none.
  std::uint32_t value(std::uint16_t tag, std::uint32_t fallback) const;

 private:
  struct Field {
    std::uint16_t tag = 0;
    std::uint16_t type = 0;
    std::uint32_t count = 0;
    std::size_t position = 0;  // of the four bytes that hold the values or their offset
  };

  TiffDirectory(const std::uint8_t* data, std::size_t size, bool big) : data_(data), size_(size), big_(big) {}
  static std::optional<TiffDirectory> read_at(TiffDirectory directory, std::size_t start);
  const Field* find(std::uint16_t tag) const;
  std::uint32_t number(std::size_t offset, std::size_t bytes) const;

  const std::uint8_t* data_;
  std::size_t size_;
  bool big_;
  std::size_t start_ = 0;
  std::size_t end_ = 0;  // of its fields: where the offset of the next directory stands
  std::vector<Field> fields_;
};

}  // namespace relprompt::image

// An image file's bytes with its name: every read is checked and every complaint names the file, so that the
// format walkers can follow offsets from hostile files without a thought of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace relprompt::image {

class Source {
 public:
  /// @param name how messages call the file
  /// @param data size bytes that outlive this object
  /// @param max_pixels largest height * width that check_size accepts
  Source(std::string name, const std::uint8_t* data, std::size_t size, std::uint64_t max_pixels);

  const std::string& name() const noexcept { return name_; }
  const std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

  /// The largest height * width that check_size accepts.
  std::uint64_t max_pixels() const noexcept { return max_pixels_; }

  /// True if [offset, offset + count) lies inside the file; no overflow.
  bool has(std::uint64_t offset, std::uint64_t count) const noexcept;
  /// True if these bytes stand at that offset.
  bool matches(std::size_t offset, std::string_view bytes) const noexcept;

  /// Numbers at an offset, big or little endian. `part` says what is being read, for the message of the
  /// Error(kTruncatedImage) that a read beyond the end throws.
  std::uint8_t byte(std::uint64_t offset, const char* part) const;
  std::uint16_t be16(std::uint64_t offset, const char* part) const;
  std::uint32_t be32(std::uint64_t offset, const char* part) const;
  std::uint16_t le16(std::uint64_t offset, const char* part) const;
  std::uint32_t le32(std::uint64_t offset, const char* part) const;

  /// Throws Error(kTruncatedImage) if a side is 0, Error(kImageTooLarge) if the image is over max_pixels or
  /// over the limit for a side. Called as soon as a header has told the size, before anything is decoded.
  void check_size(std::uint64_t width, std::uint64_t height) const;

  /// Throws Error(kTruncatedImage): "NAME is damaged: WHAT".
  [[noreturn]] void damaged(const std::string& what) const;
  /// Throws Error(kNotAnImage): "cannot read NAME: WHAT".
  [[noreturn]] void unsupported(const std::string& what) const;

 private:
  void require(std::uint64_t offset, std::uint64_t count, const char* part) const;

  std::string name_;
  const std::uint8_t* data_;
  std::size_t size_;
  std::uint64_t max_pixels_;
};

}  // namespace relprompt::image

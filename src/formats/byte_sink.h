// Where a file's bytes go while it is made: to the disk, or into memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/atomic_file.h"

namespace relprompt::formats {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write(std::string_view bytes) = 0;
  /// Bytes that were written before.
  virtual void replace(std::uint64_t offset, std::string_view bytes) = 0;
};

class MemorySink : public ByteSink {
 public:
  void write(std::string_view bytes) override { bytes_ += bytes; }
  void replace(std::uint64_t offset, std::string_view bytes) override {
    bytes_.replace(static_cast<std::size_t>(offset), bytes.size(), bytes);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class FileSink : public ByteSink {
 public:
  explicit FileSink(AtomicFile& file) : file_(file) {}
  void write(std::string_view bytes) override { file_.write(bytes); }
  void replace(std::uint64_t offset, std::string_view bytes) override {
    file_.replace(offset, bytes.data(), bytes.size());
  }

 private:
  AtomicFile& file_;
};

}  // namespace relprompt::formats

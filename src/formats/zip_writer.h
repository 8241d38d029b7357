// Zip archives, through minizip, into any sink of bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "formats/byte_sink.h"

namespace relprompt::formats {

class ZipWriter {
 public:
  /// The sink must outlive it and be empty.
  explicit ZipWriter(ByteSink& sink);
  ~ZipWriter();
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  /// A file; PNGs and JPEGs, which are compressed already, as they are. No file has a date, so that equal
  /// content gives equal bytes. Throws Error: kBadArgument for a name that is empty, absolute, or holds
  /// ".."; what the sink throws; kInternal.
  void add(const std::string& name, std::string_view bytes);
  /// Writes the directory. Throws as add does.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace relprompt::formats

// A zip of files that are compressed already (PNG, JPEG): stored as they are, readable by every tool.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relprompt::serve {

class ZipWriter {
 public:
  /// name: UTF-8, at most 65535 bytes, without a path. Throws Error(kInternal) above 4 GiB.
  void add(std::string_view name, std::string_view content);
  /// The whole archive; call once.
  std::string finish();

 private:
  std::string bytes_;
  std::string directory_;
  std::uint16_t files_ = 0;
};

}  // namespace relprompt::serve

// Readers that take paths get their input through files in one folder of this process, in memory where the
// system has /dev/shm.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

namespace relprompt::fuzz {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code none;
    std::string pattern =
        (std::filesystem::exists("/dev/shm", none) ? std::string("/dev/shm") : std::string("/tmp")) +
        "/relprompt-fuzz-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code none;
    std::filesystem::remove_all(path_, none);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

  void write(const std::string& name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  void remove(const std::string& name) const {
    std::error_code none;
    std::filesystem::remove(path_ / name, none);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace relprompt::fuzz

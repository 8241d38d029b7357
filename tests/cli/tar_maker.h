// Tars made by hand, so that they can be wrong in any way, and read again without libarchive.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace relprompt::test {

constexpr std::size_t kTarBlock = 512;

inline void put_octal(std::string& header, std::size_t at, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = 0; i < digits; ++i, value /= 8)
    header[at + digits - 1 - i] = static_cast<char>('0' + value % 8);
}

/// The header of a member (ustar) that claims so many bytes.
inline std::string tar_header(const std::string& name, std::uint64_t size, char kind = '0',
                              const std::string& link = "") {
  std::string header(kTarBlock, '\0');
  header.replace(0, name.size(), name);
  put_octal(header, 100, 7, 0644);
  put_octal(header, 108, 7, 1000);
  put_octal(header, 116, 7, 1000);
  put_octal(header, 124, 11, size);
  put_octal(header, 136, 11, 1'700'000'000);
  header[156] = kind;
  header.replace(157, link.size(), link);
  header.replace(257, 8, std::string("ustar\00000", 8));
  header.replace(148, 8, "        ");
  std::uint64_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put_octal(header, 148, 6, sum);
  header[154] = '\0';
  return header;
}

inline std::string tar_member(const std::string& name, const std::string& content) {
  return tar_header(name, content.size()) + content +
         std::string((kTarBlock - content.size() % kTarBlock) % kTarBlock, '\0');
}

inline std::string tar_end() {
  return std::string(2 * kTarBlock, '\0');
}

/// Names and contents of a tar without long names, in their order; its mark at the end is the last bytes, or
/// the result is empty.
inline std::vector<std::pair<std::string, std::string>> read_tar(const std::string& tar) {
  std::vector<std::pair<std::string, std::string>> members;
  std::size_t at = 0;
  while (at + kTarBlock <= tar.size() && tar[at] != '\0') {
    const std::string name = tar.substr(at, 100).c_str();
    const auto size = std::stoull(tar.substr(at + 124, 11), nullptr, 8);
    members.emplace_back(name, tar.substr(at + kTarBlock, size));
    at += kTarBlock + (size + kTarBlock - 1) / kTarBlock * kTarBlock;
  }
  if (tar.substr(std::min(at, tar.size())) != tar_end()) return {};
  return members;
}

}  // namespace relprompt::test

#include "tar/tar_input.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/read_file.h"

namespace relprompt::tar {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18;

}  // namespace

TarInput::TarInput(const std::filesystem::path& path)
    : path_(path), file_(open_regular_file(path, ErrorCode::kNotFound, size_)), block_(kBlock) {}

ReadBytes TarInput::bytes() {
  return [this](const void** data) { return read(data); };
}

std::ptrdiff_t TarInput::read(const void** data) {
  ssize_t got = 0;
  do {
    got = ::read(file_.number(), block_.data(), block_.size());
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return got;
  digest_.update(block_.data(), static_cast<std::size_t>(got));
  taken_ += static_cast<std::uint64_t>(got);
  *data = block_.data();
  return got;
}

std::string TarInput::finish() {
  const void* data = nullptr;
  std::ptrdiff_t got = 0;
  while ((got = read(&data)) > 0) {
  }
  if (got < 0) {
    throw Error(ErrorCode::kUnreadable,
                fmt::format("cannot read {}: {}", path_.string(), std::strerror(errno)));
  }
  if (taken_ != size_) {
    throw Error(ErrorCode::kUnreadable, fmt::format("{} changed while it was read: it had {} bytes, now {}",
                                                    path_.string(), size_, taken_));
  }
  return digest_.hex();
}

}  // namespace relprompt::tar

#include "image_input.h"

#include <sys/stat.h>

#include "base/hash.h"

namespace relprompt::cli {
namespace {

std::int64_t nanoseconds(const struct timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

ImageInput input_of(const struct stat& info) {
  ImageInput input;
  input.bytes = static_cast<std::uint64_t>(info.st_size);
  input.modified = nanoseconds(info.st_mtim);
  input.changed = nanoseconds(info.st_ctim);
  return input;
}

}  // namespace

std::optional<ImageInput> look_at(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return input_of(info);
}

ImageFile read_image_file(const std::filesystem::path& path) {
  ImageFile image;
  image.input = look_at(path).value_or(ImageInput());  // before the bytes: a change since is noticed later
  image.bytes = read_file(path);
  Sha256 digest;
  digest.update(image.bytes.data(), image.bytes.size());
  image.input.sha256 = digest.hex();
  return image;
}

}  // namespace relprompt::cli

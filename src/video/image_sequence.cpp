#include "video/image_sequence.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/image.h"

namespace relprompt::video {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostMissing = 1'000'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<std::uint64_t> NumberPattern::number_in(const std::string& name) const {
  if (name.size() <= before.size() + after.size() || name.compare(0, before.size(), before) != 0 ||
      name.compare(name.size() - after.size(), after.size(), after) != 0)
    return std::nullopt;
  const std::string number = name.substr(before.size(), name.size() - before.size() - after.size());
  if (number.size() > 18 || !std::all_of(number.begin(), number.end(), is_digit)) return std::nullopt;
  const bool padded = number.size() > 1 && number.front() == '0';
  if (static_cast<int>(number.size()) < digits ||
      (padded && static_cast<int>(number.size()) > std::max(digits, 1)))
    return std::nullopt;
  return std::stoull(number);
}

std::optional<NumberPattern> number_pattern(const std::string& text) {
  const auto at = text.rfind('%');
  if (at == std::string::npos || text.find('/', at) != std::string::npos) return std::nullopt;
  auto end = at + 1;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end == text.size() || text[end] != 'd' || end - at > 3) return std::nullopt;
  NumberPattern pattern{text.substr(0, at), text.substr(end + 1), 0};
  if (end > at + 1) pattern.digits = std::stoi(text.substr(at + 1, end - at - 1));
  return pattern;
}

std::vector<fs::path> files_of(const NumberPattern& pattern) {
  const auto slash = pattern.before.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : pattern.before.substr(0, slash + 1);
  NumberPattern names = pattern;
  if (slash != std::string::npos) names.before = pattern.before.substr(slash + 1);
  std::map<std::uint64_t, fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (const auto number = names.number_in(at->path().filename().string()))
      found.emplace(*number, at->path());
  if (error)
    throw Error(ErrorCode::kUnreadable,
                fmt::format("{}: the folder cannot be listed: {}", folder, error.message()));
  if (found.empty())
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: no file has such a name", pattern.before + "%d" + pattern.after),
                "%06d stands for a number of six digits, %d for one without zeros before it");
  const auto first = found.begin()->first, last = found.rbegin()->first;
  if (last - first - found.size() + 1 > kMostMissing)
    throw Error(ErrorCode::kBadArgument, fmt::format("{}: {} numbers between {} and {} are missing", folder,
                                                     last - first - found.size() + 1, first, last));
  std::vector<fs::path> files(static_cast<std::size_t>(last - first + 1));
  for (auto& [number, path] : found) files[static_cast<std::size_t>(number - first)] = std::move(path);
  return files;
}

ImageSequence::ImageSequence(std::vector<fs::path> files, double fps, const DecodeOptions& decode)
    : files_(std::move(files)), decode_(decode) {
  facts_.fps = fps;
  facts_.frames = files_.size();
  facts_.format = "images";
  std::optional<Error> first;
  for (const auto& path : files_) {
    if (path.empty()) continue;
    try {
      const Image image = read_image(path, decode_);
      facts_.height = image.height;
      facts_.width = image.width;
      return;
    } catch (const Error& error) {
      if (!first) first = error;
    }
  }
  throw first ? *first : Error(ErrorCode::kNotFound, "no image is given");
}

Next ImageSequence::next(Frame& frame) {
  if (at_ == files_.size()) return Next::kEnd;
  const auto& path = files_[at_++];
  frame.number = at_;
  frame.time = static_cast<std::int64_t>(static_cast<double>(at_ - 1) * 1e6 / facts_.fps);
  try {
    if (path.empty()) throw Error(ErrorCode::kNotFound, "there is no image of this number");
    frame.image = read_image(path, decode_);
    if (frame.image.height == facts_.height && frame.image.width == facts_.width) return Next::kFrame;
    frame.reason = fmt::format("{} has {}x{} pixels, the first image {}x{}", path.string(), frame.image.width,
                               frame.image.height, facts_.width, facts_.height);
  } catch (const Error& error) {
    frame.reason = error.what();
  }
  return Next::kLost;
}

}  // namespace relprompt::video

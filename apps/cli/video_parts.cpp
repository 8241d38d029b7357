#include "video_parts.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/json_value.h"
#include "base/own_files.h"
#include "base/read_file.h"
#include "image/label_files.h"
#include "json_report.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLabels = ".labels.mkv";
constexpr const char* kOverlay = ".overlay.mkv";
constexpr const char* kLines = ".frames.jsonl";
constexpr const char* kState = ".state";
constexpr const char* kRecord = ".group.json";

[[noreturn]] void fail(const fs::path& path, const std::string& problem) {
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{}: the video cannot be written: {}", path.string(), problem));
}

}  // namespace

VideoParts::VideoParts(PartsSettings settings, const video::AvTable* av)
    : settings_(std::move(settings)), av_(av) {}

fs::path VideoParts::path_of(std::uint64_t group, const std::string& ending) const {
  return settings_.folder / fmt::format("{:06}{}", group + 1, ending);
}

std::vector<fs::path> VideoParts::files(const std::string& ending) const {
  std::vector<fs::path> result;
  std::error_code ignored;
  for (const auto group : groups_)
    if (fs::exists(path_of(group, ending), ignored)) result.push_back(path_of(group, ending));
  return result;
}

std::optional<GroupRecord> VideoParts::read_record(std::uint64_t group) const {
  const auto path = path_of(group, kRecord);
  if (standing_of(path) != Standing::kOwn) return std::nullopt;
  const auto document = try_read_json_file(path);
  if (!document.is_object() || value_or(document, "made_from", std::string()) != settings_.made_from)
    return std::nullopt;
  for (const auto& name : value_or(document, "files", std::vector<std::string>{}))
    if (standing_of(settings_.folder / name) != Standing::kOwn) return std::nullopt;
  return GroupRecord{group, value_or(document, "last", std::uint64_t{0}),
                     value_or(document, "last_computed", std::uint64_t{0})};
}

std::vector<GroupRecord> VideoParts::finished(bool resume) {
  std::vector<GroupRecord> result;
  std::error_code ignored;
  if (!resume) {
    if (fs::exists(settings_.folder, ignored)) remove_own_folder(settings_.folder);
    return result;
  }
  while (const auto record = read_record(result.size())) {
    result.push_back(*record);
    groups_.push_back(record->number);
  }
  return result;
}

std::string VideoParts::state(const GroupRecord& record) const {
  return std::string(read_file(path_of(record.number, kState)).text());
}

void VideoParts::encode(std::unique_ptr<video::Encoder>& encoder, video::Encoding encoding,
                        const video::Pixels& pixels, std::int64_t time) {
  std::string problem;
  if (!encoder)
    encoder = av_->encode(encoding, pixels.height, pixels.width, pixels.bytes, settings_.fps, problem);
  if (!encoder || !encoder->add(pixels, time, problem)) fail(settings_.folder, problem);
}

void VideoParts::add(const Image* overlay, const LabelMap& labels, std::int64_t time) {
  if (settings_.plan.labels_video) {
    const bool wide = settings_.classes > image::kMaxByteClasses;
    std::vector<std::uint8_t> narrow;
    if (!wide) narrow.assign(labels.labels.begin(), labels.labels.end());  // unknown becomes 255
    const void* data = wide ? static_cast<const void*>(labels.labels.data()) : narrow.data();
    encode(labels_, video::Encoding::kLabels, {labels.height, labels.width, data, wide ? 2 : 1}, time);
  }
  if (overlay != nullptr)
    encode(overlay_, video::Encoding::kPicture, {overlay->height, overlay->width, overlay->rgb.data(), 3},
           time);
}

void VideoParts::add_line(const std::string& line) {
  lines_ += line;
  lines_ += '\n';
}

void VideoParts::write_video(std::unique_ptr<video::Encoder>& encoder, const fs::path& path) {
  std::string bytes, problem;
  if (!encoder->finish(bytes, problem)) fail(path, problem);
  encoder.reset();
  write_file(path, bytes);
}

void VideoParts::commit(const GroupRecord& record, const std::string& state) {
  make_folder(settings_.folder);
  remove_own(path_of(record.number, kRecord));
  Json names = Json::array();
  const auto path = [&](const char* ending) {
    names.push_back(path_of(record.number, ending).filename().string());
    return path_of(record.number, ending);
  };
  // A group without any picture, all frames lost, must not be joined with an older one's.
  remove_own(path_of(record.number, kLabels));
  remove_own(path_of(record.number, kOverlay));
  if (labels_) write_video(labels_, path(kLabels));
  if (overlay_) write_video(overlay_, path(kOverlay));
  write_file(path(kLines), lines_);
  lines_.clear();
  write_file(path_of(record.number, kState), state);
  Json document;
  document["made_from"] = settings_.made_from;
  document["last"] = record.last;
  document["last_computed"] = record.last_computed;
  document["files"] = names;
  write_file(path_of(record.number, kRecord), json_text(document) + "\n");
  // Only the last group's state is ever needed.
  if (!groups_.empty()) remove_own(path_of(groups_.back(), kState));
  groups_.push_back(record.number);
}

std::vector<fs::path> VideoParts::join(const fs::path& output) const {
  std::vector<fs::path> written;
  for (const auto& [ending, name] : {std::pair{kLabels, "labels.mkv"}, std::pair{kOverlay, "overlay.mkv"}}) {
    const auto parts = files(ending);
    if (parts.empty()) continue;
    AtomicFile file(output / name);
    std::uint64_t size = 0;
    std::string problem;
    std::optional<Error> failure;  // an exception would not pass the libraries of C between here and there
    const auto write = [&](std::uint64_t offset, const std::uint8_t* data, std::size_t count) {
      try {
        const auto old =
            static_cast<std::size_t>(std::min<std::uint64_t>(count, size - std::min(size, offset)));
        if (old > 0) file.replace(offset, data, old);
        if (count > old) file.write(data + old, count - old);
        size = std::max(size, offset + count);
        return true;
      } catch (const Error& error) {
        failure = error;
        return false;
      }
    };
    const bool joined = av_->join(parts, write, problem);
    if (failure) throw *failure;
    if (!joined) fail(output / name, problem);
    file.commit();
    written.push_back(output / name);
  }
  return written;
}

void VideoParts::remove() const {
  remove_own_folder(settings_.folder);
}

}  // namespace relprompt::cli

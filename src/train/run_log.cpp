#include "train/run_log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_output.h"
#include "base/paths.h"
#include "base/printable.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

}  // namespace

RunLog::RunLog(const fs::path& folder, std::uint64_t json_bytes, std::uint64_t text_bytes)
    : folder_(folder), json_bytes_(json_bytes), text_bytes_(text_bytes) {
  json_ = open(folder / "log.jsonl", json_bytes_);
  text_ = open(folder / "log.txt", text_bytes_);
}

std::ofstream RunLog::open(const fs::path& path, std::uint64_t& bytes) {
  std::error_code problem;
  const auto size = path_exists(path) ? fs::file_size(path, problem) : 0;
  bytes = std::min<std::uint64_t>(bytes, problem ? 0 : size);
  if (size > bytes) fs::resize_file(path, bytes, problem);
  std::ofstream file(path, std::ios::binary | std::ios::app);
  if (problem || !file) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  }
  return file;
}

void RunLog::add(const nlohmann::ordered_json& event, const std::string& sentence) {
  const auto line = json_text(event) + "\n";
  const auto line_of_text = printable(sentence, true);  // read on terminals
  errno = 0;
  json_ << line << std::flush;
  text_ << line_of_text << "\n" << std::flush;
  if (!json_ || !text_) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    throw Error(full ? ErrorCode::kDiskFull : ErrorCode::kNotWritable,
                fmt::format("cannot write the logs in {}: {}", folder_.string(), std::strerror(errno)),
                "make room, then --resume goes on from the last checkpoint");
  }
  json_bytes_ += line.size();
  text_bytes_ += line_of_text.size() + 1;
}

}  // namespace relprompt::train

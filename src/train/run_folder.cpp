#include "train/run_folder.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/temporaries.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = ".lock";

}  // namespace

void RunFolder::create() const {
  std::error_code ignored;
  if (fs::exists(config(), ignored)) {
    throw Error(ErrorCode::kNotWritable, fmt::format("{} holds a run already", path_.string()),
                fmt::format("relprompt {} --resume {} goes on with it; else choose another folder", command_,
                            path_.string()));
  }
  if (fs::exists(path_, ignored) && !fs::is_directory(path_, ignored)) {
    throw Error(ErrorCode::kNotWritable, fmt::format("{} is a file, not a folder for a run", path_.string()));
  }
  make_folder(path_);
  for (const auto& entry : fs::directory_iterator(path_, ignored)) {
    const auto name = entry.path().filename().string();
    // A run that was killed before its config was whole leaves nothing but hidden files.
    if (name.front() == '.') continue;
    throw Error(ErrorCode::kNotWritable,
                fmt::format("{} is not empty ({}): a run needs a folder of its own", path_.string(), name),
                "choose another folder");
  }
}

void RunFolder::create_once(const std::string& config_yaml) const {
  std::error_code ignored;
  if (fs::exists(config(), ignored)) return;
  create();
  write_file(config(), config_yaml);
}

void RunFolder::require() const {
  std::error_code ignored;
  if (fs::exists(config(), ignored)) return;
  throw Error(ErrorCode::kNotFound, fmt::format("no run in {}: it has no config.yaml", path_.string()),
              fmt::format("start one with relprompt {} CONFIG{} -o FOLDER", command_,
                          command_ == "train" ? " --clip MODEL --data FOLDER" : ""));
}

bool RunFolder::finished() const {
  std::error_code ignored;
  return fs::exists(result(), ignored);
}

void RunFolder::sweep() const {
  for (const auto& folder :
       {path_, path_ / "last", path_ / "best", path_ / "report", path_ / "report-best"}) {
    sweep_temporaries(folder);
  }
}

void RunFolder::abandon() const {
  std::error_code ignored;
  for (const auto* name : {"config.yaml", "embeddings.safetensors", "log.jsonl", "log.txt", kLockName}) {
    fs::remove(path_ / name, ignored);
  }
  fs::remove_all(path_ / "clip", ignored);
  fs::remove(path_, ignored);  // unless something else is in it
}

RunLock::RunLock(const RunFolder& folder) {
  const auto path = folder.path() / kLockName;
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot write to {}: {}", folder.path().string(), std::strerror(errno)));
  }
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 64> text{};
    const auto size = ::pread(file_, text.data(), text.size() - 1, 0);
    const std::string holder =
        size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "unknown";
    ::close(file_);
    throw Error(ErrorCode::kNotWritable,
                fmt::format("another process trains in {}: {}", folder.path().string(), holder),
                "wait for it, or end it first");
  }
  const auto text = fmt::format("process {}", ::getpid());
  // What stands in the file is only for the message above.
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, text.data(), text.size(), 0) < 0) return;
}

RunLock::~RunLock() {
  ::close(file_);
}

}  // namespace relprompt::train

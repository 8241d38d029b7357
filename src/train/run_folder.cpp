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
#include "base/file_journal.h"
#include "base/hash.h"
#include "base/own_files.h"
#include "base/read_file.h"
#include "base/temporaries.h"
#include "train/event_file.h"
#include "train/run_setup.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = ".lock";

}  // namespace

void RunFolder::create() const {
  SetAside::repair(path_);
  std::error_code ignored;
  if (fs::exists(config(), ignored)) {
    if (standing_of(config()) == Standing::kForeign) refuse_foreign(config());
    throw Error(
        ErrorCode::kNotWritable,
        fmt::format("{} holds a run already ({})", path_.string(), config().filename().string()),
        fmt::format("relprompt {} --resume {} goes on with it, --force replaces it; else choose another "
                    "folder",
                    command_, path_.string()));
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

std::unique_ptr<SetAside> RunFolder::make_way() const {
  std::error_code ignored;
  if (!fs::exists(config(), ignored)) return nullptr;
  if (fs::symlink_status(path_, ignored).type() == fs::file_type::symlink) refuse_foreign(path_);
  if (const auto foreign = foreign_in(path_)) refuse_foreign(*foreign);
  const RunLock lock(*this);
  return std::make_unique<SetAside>(path_);
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
  for (const auto* name : {"config.yaml", "embeddings.safetensors", kInitialPrompts, "log.jsonl", "log.txt",
                           kEventFile, kLockName}) {
    remove_own(path_ / name);
  }
  remove_own_folder(path_ / "clip");
  remove_lone_journal(path_);
  std::error_code ignored;
  fs::remove(path_, ignored);  // unless something else is in it
}

namespace {

std::string hash_of(const std::string& text) {
  Sha256 digest;
  digest.update(text);
  return digest.hex();
}

/// What a lock's file can hold, also one of a version that listed none.
bool looks_like_lock(const fs::path& path) {
  const std::string start = "process ";
  constexpr std::uintmax_t kMost = 64;
  std::error_code problem;
  if (fs::symlink_status(path, problem).type() != fs::file_type::regular ||
      fs::file_size(path, problem) > kMost)
    return false;
  const auto bytes = read_file(path);
  const auto text = bytes.text();
  const bool number = text.find_first_not_of("0123456789", start.size()) == std::string_view::npos;
  return text.empty() || (text.substr(0, start.size()) == start && number);
}

/// Opens the lock's file, or makes it. Nobody else's file becomes one.
int open_lock(const fs::path& path) {
  if (standing_of(path) == Standing::kForeign && !looks_like_lock(path)) refuse_foreign(path);
  FileJournal(path.parent_path()).add(kLockName, hash_of(""));
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
  if (file >= 0) return file;
  throw Error(ErrorCode::kNotWritable,
              fmt::format("cannot write to {}: {}", path.parent_path().string(), std::strerror(errno)));
}

}  // namespace

RunLock::RunLock(const RunFolder& folder) : file_(open_lock(folder.path() / kLockName)) {
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
  FileJournal(folder.path()).add(kLockName, hash_of(text));
  // What stands in the file is only for the message above.
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, text.data(), text.size(), 0) < 0) return;
}

RunLock::~RunLock() {
  ::close(file_);
}

}  // namespace relprompt::train

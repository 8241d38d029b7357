#include "tar/partial_tar.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/file_bytes.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/place.h"
#include "base/temporaries.h"
#include "tar/pack_tar.h"
#include "tar/partial_journal.h"

namespace relprompt::tar {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEndBytes = 1024;  // of zeros: the mark at the end of a tar
constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
constexpr std::size_t kBlock = std::size_t{1} << 18;

// What a kill may cost: the samples since the last group went to the device. Each group waits for it.
constexpr std::uint64_t kGroupSamples = 64;
constexpr std::uint64_t kGroupBytes = std::uint64_t{64} << 20;
constexpr std::chrono::seconds kGroupTime(2);
// A slow disk gets fewer groups: waiting for it may take a twentieth of the time.
constexpr int kWorkPerWait = 20;

[[noreturn]] void refuse(const fs::path& path) {
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{} is there already and no unfinished tar of relprompt's", path.string()),
              "it stays as it is: move it away, or choose another output folder");
}

[[noreturn]] void busy(const fs::path& path) {
  throw Error(ErrorCode::kLostWorker,
              fmt::format("another process holds the lock of {}: it writes that tar now", path.string()),
              "a process that is dead holds no lock: wait for the one that lives, or end it");
}

bool is_regular(int file, struct stat& info) {
  return ::fstat(file, &info) == 0 && S_ISREG(info.st_mode);
}

bool try_lock(int file) {
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return false;
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot lock an unfinished tar: {}", std::strerror(errno)),
                "the file system of the output folder must have locks (flock)");
  }
  return true;
}

FileHandle open_journal(const fs::path& path) {
  while (true) {
    make_folder(path.parent_path());
    FileHandle file(::open(path.c_str(), kFlags | O_APPEND | O_CREAT, 0644));
    if (!file && errno == ENOENT) continue;  // whoever finished the last tar in the folder removed it
    if (!file && (errno == ELOOP || errno == EISDIR || errno == ENXIO)) refuse(path);
    struct stat info {};
    if (!file) return file;
    if (!is_regular(file.number(), info)) refuse(path);
    if (!try_lock(file.number())) busy(path);
    // The process that had it may have removed it between the two calls.
    if (::fstat(file.number(), &info) == 0 && info.st_nlink > 0) return file;
  }
}

fs::path path_of(const fs::path& output, const std::string& id, const char* ending) {
  return output / kPartialFolder / (id + ending);
}

void remove_folders(fs::path folder, const fs::path& output) {
  while (folder != output && ::rmdir(folder.c_str()) == 0) folder = folder.parent_path();
}

}  // namespace

PartialTar::PartialTar(const fs::path& output, const std::string& id, const std::string& facts, bool resume)
    : output_(output),
      tar_(path_of(output, id, ".tar")),
      journal_(path_of(output, id, ".jsonl")),
      digest_(std::make_unique<Sha256>()) {
  journal_file_ = open_journal(journal_);
  if (!journal_file_) fail(journal_, errno);
  const auto text = bytes_at(journal_file_.number(), 0, kMaxJournalBytes);
  if (!text) fail(journal_, errno);
  if (!is_start_of_journal(*text)) refuse(journal_);
  struct stat info {};
  if (text->empty() && ::lstat(tar_.c_str(), &info) == 0) refuse(tar_);  // ours come after their journals
  if (!(resume && go_on(*text, facts))) begin(facts);
}

void PartialTar::begin(const std::string& facts) {
  if (::ftruncate(journal_file_.number(), 0) != 0) fail(journal_, errno);
  if (!write_all(journal_file_.number(), first_line(facts)) || ::fsync(journal_file_.number()) != 0)
    fail(journal_, errno);
  sync_folder(journal_.parent_path());
  if (!tar_file_) tar_file_ = FileHandle(::open(tar_.c_str(), kFlags | O_CREAT, 0644));
  struct stat info {};
  if (!tar_file_ || !is_regular(tar_file_.number(), info)) fail(tar_, tar_file_ ? EEXIST : errno);
  if (::ftruncate(tar_file_.number(), 0) != 0) fail(tar_, errno);
  ::lseek(tar_file_.number(), 0, SEEK_SET);
  digest_ = std::make_unique<Sha256>();
}

bool PartialTar::go_on(const std::string& journal, const std::string& facts) {
  const JournalState state = read_partial_journal(journal, facts);
  if (!state.fits || !(tar_file_ = FileHandle(::open(tar_.c_str(), kFlags)))) return false;
  struct stat info {};
  if (!is_regular(tar_file_.number(), info)) refuse(tar_);
  if (!check_bytes(state.bytes, state.sha256)) return false;
  const auto end = static_cast<off_t>(state.bytes);
  if (::ftruncate(tar_file_.number(), end) != 0 || ::lseek(tar_file_.number(), end, SEEK_SET) != end)
    fail(tar_, errno);
  if (::ftruncate(journal_file_.number(), static_cast<off_t>(state.whole)) != 0) fail(journal_, errno);
  bytes_ = kept_bytes_ = state.bytes;
  samples_ = kept_samples_ = state.samples;
  failed_ = state.failed;
  failures_ = state.failures;
  kept_failures_ = failures_.size();
  return true;
}

bool PartialTar::check_bytes(std::uint64_t bytes, const std::string& sha256) {
  std::uint64_t done = 0;
  while (done < bytes) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, bytes - done));
    const auto block = bytes_at(tar_file_.number(), static_cast<off_t>(done), size);
    if (!block || block->size() < size) return false;
    digest_->update(*block);
    done += size;
  }
  return bytes == 0 || digest_->hex_so_far() == sha256;
}

void PartialTar::write(std::string_view bytes) {
  if (!write_all(tar_file_.number(), bytes)) fail(tar_, errno);
  digest_->update(bytes);
  bytes_ += bytes.size();
}

void PartialTar::add(std::string_view members, const FailedSample* failure) {
  write(members);
  ++samples_;
  if (failure != nullptr) {
    ++failed_;
    if (failures_.size() < kMostListed) failures_.push_back(*failure);
  }
  const auto now = Clock::now();
  const bool enough = samples_ - kept_samples_ >= kGroupSamples || bytes_ - kept_bytes_ >= kGroupBytes ||
                      now - kept_at_ >= kGroupTime;
  if (enough && now >= not_before_) keep();
}

void PartialTar::keep() {
  const auto begun = kept_at_ = Clock::now();
  if (samples_ == kept_samples_) return;
  if (::fdatasync(tar_file_.number()) != 0 && errno != EINVAL) fail(tar_, errno);
  const std::vector<FailedSample> news(failures_.begin() + static_cast<std::ptrdiff_t>(kept_failures_),
                                       failures_.end());
  const std::string line = group_line(samples_, failed_, bytes_, digest_->hex_so_far(), news);
  if (!write_all(journal_file_.number(), line)) fail(journal_, errno);
  if (::fdatasync(journal_file_.number()) != 0 && errno != EINVAL) fail(journal_, errno);
  kept_samples_ = samples_;
  kept_bytes_ = bytes_;
  kept_failures_ = failures_.size();
  kept_at_ = Clock::now();
  not_before_ = kept_at_ + kWorkPerWait * (kept_at_ - begun);
}

void PartialTar::finish(const fs::path& target, Packing packing,
                        const std::function<void(const std::string& sha256)>& note) {
  keep();
  const std::string zeros(kEndBytes, '\0');
  write(zeros);
  if (::fsync(tar_file_.number()) != 0 && errno != EINVAL) fail(tar_, errno);
  make_folder(target.parent_path());
  if (packing == Packing::kNone) {
    // The note comes first: behind a kill in between the file is missing, and the journal goes on.
    const std::string sha256 = digest_->hex_so_far();
    note(sha256);
    place_file(tar_, target, sha256);
    sync_folder(target.parent_path());
  } else {
    note(pack_tar(tar_file_.number(), bytes_, target, packing));
  }
  remove_files();
}

void PartialTar::remove_files() {
  ::unlink(tar_.c_str());
  ::unlink(journal_.c_str());
  remove_folders(journal_.parent_path(), output_);
}

void PartialTar::tidy(const fs::path& output, const std::string& id) {
  const fs::path path = path_of(output, id, ".jsonl");
  const FileHandle file(::open(path.c_str(), kFlags));
  if (!file || !try_lock(file.number())) return;
  const auto start = bytes_at(file.number(), 0, kMostStart);
  if (!start || start->empty() || !is_start_of_journal(*start)) return;
  ::unlink(path_of(output, id, ".tar").c_str());
  ::unlink(path.c_str());
  remove_folders(path.parent_path(), output);
}

void PartialTar::fail(const fs::path& path, int reason) const {
  fail_to_write(path, reason, "free some space; the same command with --resume goes on");
}

}  // namespace relprompt::tar

#include "model/model_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "base/atomic_file.h"
#include "base/file_journal.h"
#include "base/mapped_file.h"
#include "base/own_files.h"
#include "base/paths.h"
#include "base/place.h"
#include "base/read_file.h"
#include "base/set_aside.h"
#include "base/temporaries.h"
#include "model/model_files.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& target, int reason) {
  throw Error(ErrorCode::kNotWritable,
              fmt::format("cannot create {}: {}", target.string(), std::strerror(reason)));
}

/// All names that a model folder of ours can hold (docs/reference/formats.md).
constexpr std::array kModelFiles = {"config.json",
                                    "clip.safetensors",
                                    "prompts.safetensors",
                                    "int8.safetensors",
                                    "training.json",
                                    "merges.txt",
                                    "vocab.json",
                                    "bpe_simple_vocab_16e6.txt.gz",
                                    "bpe_simple_vocab_16e6.txt",
                                    "tokenizer.json"};

/// Throws unless the entry is a file of a model that relprompt wrote.
void require_model_file(const fs::path& entry) {
  if (standing_of(entry) == Standing::kForeign) refuse_foreign(entry);
  const auto name = entry.filename().string();
  if (std::find(kModelFiles.begin(), kModelFiles.end(), name) != kModelFiles.end()) return;
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{} is there already and belongs to no model", entry.string()),
              "a model folder is replaced as a whole or not at all: choose another output folder");
}

/// What is in the folder, sorted, but not the list of written files.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code problem;
  for (fs::directory_iterator next(folder, problem), end; !problem && next != end; next.increment(problem))
    if (next->path().filename() != kJournalName) entries.push_back(next->path());
  if (problem) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot look into {}: {}", folder.string(), problem.message()));
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

fs::path normal(const fs::path& path) {
  std::error_code ignored;
  const auto full = fs::absolute(path, ignored).lexically_normal();
  return full.has_filename() ? full : full.parent_path();
}

}  // namespace

void require_model_target(const fs::path& target, bool replace) {
  std::error_code ignored;
  const auto type = fs::symlink_status(target, ignored).type();
  if (type == fs::file_type::not_found || type == fs::file_type::none) return;
  if (type != fs::file_type::directory) refuse_foreign(target);
  const auto entries = entries_of(target);
  for (const auto& entry : entries) require_model_file(entry);
  if (entries.empty() || replace) return;
  throw Error(
      ErrorCode::kNotWritable,
      fmt::format("{} holds a model already ({})", target.string(), entries.front().filename().string()),
      "--force replaces it; or choose another output folder");
}

ModelFolderWriter::ModelFolderWriter(const fs::path& target, bool replace)
    : target_(normal(target)), replace_(replace) {
  SetAside::repair(target_);
  require_model_target(target_, replace_);
  make_folder(target_.parent_path());
  Temporary made = create_temporary_folder(target_.parent_path());
  if (made.descriptor < 0) fail(target_, errno);
  temporary_ = std::move(made.path);
  lock_ = made.descriptor;
}

ModelFolderWriter::~ModelFolderWriter() {
  if (!temporary_.empty()) {
    remove_own_folder(temporary_);
    forget_temporary(temporary_);
  }
  ::close(lock_);
}

std::string ModelFolderWriter::write_tensors(const std::string& name, const std::vector<TensorRow>& rows,
                                             const RowReader& read) {
  std::vector<Tensor> owners;
  std::vector<archive::TensorView> views;
  for (const auto& row : rows) {
    owners.push_back(read(row));
    const auto& value = owners.back();
    views.push_back(
        {row.name, value.dtype(), row.shape, static_cast<const std::byte*>(value.data()), value.bytes()});
  }
  return archive::write_safetensors(temporary_ / name, views, {{"format", "relprompt"}});
}

void ModelFolderWriter::write_text(const std::string& name, const std::string& text) {
  write_file(temporary_ / name, text);
}

void ModelFolderWriter::copy(const fs::path& source) {
  write_file(temporary_ / source.filename(), read_file(source).text());
}

void ModelFolderWriter::commit() {
  require_opens();
  require_model_target(target_, replace_);
  remove_lone_journal(target_);
  forget_temporary(temporary_);
  // A folder's rename replaces an empty one at most.
  if (::rename(temporary_.c_str(), target_.c_str()) == 0) {
    temporary_.clear();
    sync_folder(target_.parent_path());
  } else if (errno == ENOTEMPTY || errno == EEXIST) {
    replace_older();
  } else {
    fail(target_, errno);
  }
}

void ModelFolderWriter::require_opens() const {
  try {
    open_model(temporary_);
  } catch (const Error& error) {
    // People know the folder by the name that it was to get.
    std::string message = error.what();
    for (auto at = message.find(temporary_.string()); at != std::string::npos;
         at = message.find(temporary_.string(), at)) {
      message.replace(at, temporary_.string().size(), target_.string());
    }
    throw Error(error.code(), "the model would not open, so nothing was written: " + message);
  }
}

void ModelFolderWriter::replace_older() {
  // Locked under either name, so that nobody takes the older model for a leftover (base/temporaries.h).
  const FolderLock lock(target_);
  const int reason = exchange(temporary_, target_);
  if (reason == 0) {
    // Something may have been put into the older folder since it was looked at.
    if (const auto foreign = foreign_in(temporary_)) {
      exchange(temporary_, target_);
      refuse_foreign(target_ / foreign->filename());
    }
    sync_folder(target_.parent_path());
    remove_own_folder(temporary_);
    temporary_.clear();
  } else if (reason == EINVAL || reason == ENOSYS || reason == ENOTSUP) {
    SetAside older(target_);
    if (const int problem = rename_if_free(temporary_, target_); problem != 0) fail(target_, problem);
    temporary_.clear();
    sync_folder(target_.parent_path());
    older.drop();
  } else {
    fail(target_, reason);
  }
}

}  // namespace relprompt::model

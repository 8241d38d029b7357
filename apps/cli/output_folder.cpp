#include "output_folder.h"

#include "base/atomic_file.h"
#include "base/file_journal.h"
#include "base/paths.h"

namespace relprompt::cli {

namespace fs = std::filesystem;

void remove_empty_folders(fs::path folder, const fs::path& root) {
  std::error_code problem;
  while (folder != root && folder.has_relative_path()) {
    // remove() deletes a folder only when it is empty; a list of files that are gone is nothing.
    remove_lone_journal(folder);
    if (!fs::remove(folder, problem) || problem) return;
    folder = folder.parent_path();
  }
}

OutputFolder::OutputFolder(const fs::path& path) : path_(absolute_path(path).lexically_normal()) {
  if (!path_.has_filename()) path_ = path_.parent_path();  // "out/" -> "out"
  std::error_code problem;
  existing_ = path_;
  while (existing_.has_relative_path() && !fs::exists(existing_, problem))
    existing_ = existing_.parent_path();
  make_folder(path_);
  try {
    const AtomicFile probe(path_ / "relprompt");  // never committed, so it leaves nothing
  } catch (...) {
    remove_empty_folders(path_, existing_);
    throw;
  }
}

OutputFolder::~OutputFolder() {
  try {
    remove_empty_folders(path_, existing_);
  } catch (const fs::filesystem_error&) {  // tidying up is no reason to fail
  }
}

}  // namespace relprompt::cli

#include "experiments/work_folder.h"

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/json_output.h"
#include "base/mapped_file.h"
#include "base/own_files.h"
#include "base/read_file.h"
#include "eval/json_text.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

std::string described(const std::string& name, bool quick) {
  return fmt::format("the suite '{}'{}", name, quick ? " with --quick" : "");
}

/// True if the file is there and of this suite; false if it is another's and may be replaced.
bool belongs(const fs::path& file, const Suite& suite, bool replace) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return false;
  const FileBytes bytes = read_file(file);
  const auto source = file.string();
  const auto mark = eval::parse_json(bytes.text(), source);
  if (eval::text_at(mark, "format", source) != kSuiteFormat) eval::damaged(source, "another format");
  const auto name = eval::text_at(mark, "suite", source);
  const auto& quick = eval::member(mark, "quick", source);
  if (!quick.is_boolean()) eval::damaged(source, "quick is neither true nor false");
  if (name == suite.name && quick.get<bool>() == suite.quick) return true;
  if (replace) return false;
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{} belongs to {}, not to {}", file.string(), described(name, quick.get<bool>()),
                          described(suite.name, suite.quick)),
              "choose another folder with -o, or --work; --force replaces the tables");
}

}  // namespace

void claim(const fs::path& output, const fs::path& work, const Suite& suite,
           const std::vector<fs::path>& files, bool replace) {
  require_free(files, true);
  belongs(output / kReportFile, suite, replace);
  if (belongs(work / kSuiteMark, suite, replace)) return;
  std::error_code ignored;
  const bool marked = fs::exists(work / kSuiteMark, ignored);
  for (const auto& entry : fs::directory_iterator(work, ignored)) {
    if (marked || entry.path().filename().string().front() == '.') continue;  // a killed process left these
    throw Error(ErrorCode::kNotWritable,
                fmt::format("{} is not empty ({}) and no folder of experiments", work.string(),
                            entry.path().filename().string()),
                "choose another folder with --work");
  }
  make_folder(output);
  make_folder(work);
  const nlohmann::ordered_json mark = {
      {"format", kSuiteFormat}, {"suite", suite.name}, {"quick", suite.quick}};
  write_file(work / kSuiteMark, json_text(mark, 2) + "\n");
}

WorkLock::WorkLock(const fs::path& work, const std::string& name) {
  make_folder(work / "locks");
  const auto path = work / "locks" / name;
  file_ = FileHandle(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file_) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  }
  if (::flock(file_.number(), LOCK_EX | LOCK_NB) != 0) file_ = FileHandle();
}

}  // namespace relprompt::experiments

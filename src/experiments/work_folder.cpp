#include "experiments/work_folder.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/json_output.h"
#include "base/mapped_file.h"
#include "eval/json_text.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

std::string described(const std::string& name, bool quick) {
  return fmt::format("the suite '{}'{}", name, quick ? " with --quick" : "");
}

/// True if the file is there and of this suite.
bool belongs(const fs::path& file, const Suite& suite) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return false;
  const MappedFile bytes(file);
  const auto source = file.string();
  const auto mark = eval::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, source);
  if (eval::text_at(mark, "format", source) != kSuiteFormat) eval::damaged(source, "another format");
  const auto name = eval::text_at(mark, "suite", source);
  const auto& quick = eval::member(mark, "quick", source);
  if (!quick.is_boolean()) eval::damaged(source, "quick is neither true nor false");
  if (name == suite.name && quick.get<bool>() == suite.quick) return true;
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{} belongs to {}, not to {}", file.parent_path().string(),
                          described(name, quick.get<bool>()), described(suite.name, suite.quick)),
              "choose another folder with -o, or --work");
}

}  // namespace

void claim(const fs::path& output, const fs::path& work, const Suite& suite) {
  belongs(output / kReportFile, suite);
  if (belongs(work / kSuiteMark, suite)) return;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(work, ignored)) {
    if (entry.path().filename().string().front() == '.') continue;  // what a killed process left
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

}  // namespace relprompt::experiments

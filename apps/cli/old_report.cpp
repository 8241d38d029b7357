#include "old_report.h"

#include "base/json_read.h"

namespace relprompt::cli {
namespace {

// A report has a line a class that was found, and there are 65,535 classes at most.
constexpr JsonRules kReportJson = {ErrorCode::kUnreadable, std::size_t{64} << 20, 2'000'000};

}  // namespace

OldReport old_report(const std::filesystem::path& path, const std::string& settings) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return OldReport::kNone;
  const auto report = try_read_json_file(path, kReportJson);
  if (!report.is_object() || !report.contains("program") || !report.contains("settings_sha256")) {
    return OldReport::kForeign;
  }
  const auto& program = report["program"];
  if (!program.is_object() || program.value("name", nlohmann::json()) != "relprompt")
    return OldReport::kForeign;
  return report["settings_sha256"] == settings ? OldReport::kSameSettings : OldReport::kOtherSettings;
}

}  // namespace relprompt::cli

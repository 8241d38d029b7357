#include "old_report.h"

#include <fstream>

#include "json_report.h"

namespace relprompt::cli {

OldReport old_report(const std::filesystem::path& path, const std::string& settings) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return OldReport::kNone;
  std::ifstream file(path, std::ios::binary);
  const Json report = Json::parse(file, nullptr, false);
  if (!report.is_object() || !report.contains("program") || !report.contains("settings_sha256")) {
    return OldReport::kForeign;
  }
  const Json& program = report["program"];
  if (!program.is_object() || program.value("name", Json()) != "relprompt") return OldReport::kForeign;
  return report["settings_sha256"] == settings ? OldReport::kSameSettings : OldReport::kOtherSettings;
}

}  // namespace relprompt::cli

#include "train/finished.h"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_fields.h"
#include "base/json_read.h"
#include "base/read_file.h"

namespace relprompt::train {

std::string finished_result(const std::filesystem::path& result, const std::string& settings,
                            std::int64_t iterations) {
  std::string text(read_file(result).text());
  const auto json = read_json(text, result.string(), {});
  const auto has = [&json](const char* key) { return json.is_object() && json.contains(key); };
  const bool same_length = !has("iterations") || json["iterations"] == iterations;
  const bool same_settings = !has(kSettingsKey) || json[kSettingsKey] == settings;
  if (same_length && same_settings) return text;
  const auto folder = result.parent_path().string();
  throw Error(
      ErrorCode::kBadArgument,
      same_length ? fmt::format("{} is finished, with other settings than its config.yaml has now", folder)
                  : fmt::format("{} is finished after {} iterations; its config.yaml asks for {} now", folder,
                                json["iterations"].dump(), iterations),
      "a finished run is not continued: restore its config.yaml, or start a new run in another folder");
}

std::int64_t result_iterations(const std::filesystem::path& result) {
  const auto json = try_read_json(read_file(result).text());
  const bool stated =
      json.is_object() && json.contains("iterations") && json["iterations"].is_number_integer();
  return stated ? json["iterations"].get<std::int64_t>() : 0;
}

}  // namespace relprompt::train

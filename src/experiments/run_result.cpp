#include "experiments/run_result.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>
#include <vector>

#include "base/atomic_file.h"
#include "base/json_output.h"
#include "base/json_value.h"
#include "base/read_file.h"
#include "eval/json_text.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string text_of(const fs::path& path) {
  return std::string(read_file(path).text());
}

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json json_of(const eval::Scores& scores) {
  return {{"miou_seen", number(scores.miou_seen)},
          {"miou_unseen", number(scores.miou_unseen)},
          {"hiou", number(scores.hiou)},
          {"miou", number(scores.miou)},
          {"pacc", number(scores.pacc)}};
}

eval::Scores scores_from(const nlohmann::json& object, const std::string& source) {
  eval::Scores scores;
  const auto read = [&](const char* key, std::optional<double>& score) {
    const auto& value = eval::member(object, key, source);
    if (value.is_null()) return;
    if (!value.is_number()) eval::damaged(source, std::string(key) + " is no number");
    score = value.get<double>();
  };
  read("miou_seen", scores.miou_seen);
  read("miou_unseen", scores.miou_unseen);
  read("hiou", scores.hiou);
  read("miou", scores.miou);
  read("pacc", scores.pacc);
  return scores;
}

double number_from(const nlohmann::json& value, const std::string& source) {
  if (!value.is_number()) eval::damaged(source, "a list or member holds no number");
  return value.get<double>();
}

std::vector<double> numbers_from(const nlohmann::json& list, const std::string& source) {
  if (!list.is_array()) eval::damaged(source, "a member is no list");
  std::vector<double> numbers;
  for (const auto& value : list) numbers.push_back(number_from(value, source));
  return numbers;
}

Json json_of(const Calibrated& calibrated) {
  return {{"candidates", calibrated.candidates},
          {"validation_hiou", calibrated.validation_hiou},
          {"chosen", calibrated.chosen},
          {"test", json_of(calibrated.test)}};
}

Calibrated calibrated_from(const nlohmann::json& object, const std::string& source) {
  Calibrated calibrated;
  calibrated.candidates = numbers_from(eval::member(object, "candidates", source), source);
  calibrated.validation_hiou = numbers_from(eval::member(object, "validation_hiou", source), source);
  calibrated.chosen = number_from(eval::member(object, "chosen", source), source);
  calibrated.test = scores_from(eval::member(object, "test", source), source);
  return calibrated;
}

eval::Scores scores_of_report(const fs::path& report, const char* key) {
  const auto source = report.string();
  return scores_from(eval::member(eval::parse_json(text_of(report), source), key, source), source);
}

/// The objects of a log, in their order.
std::vector<nlohmann::json> events_of(const fs::path& log) {
  std::vector<nlohmann::json> events;
  std::istringstream lines(text_of(log));
  for (std::string line; std::getline(lines, line);) {
    auto event = eval::parse_json(line, log.string());
    if (event.is_object()) events.push_back(std::move(event));
  }
  return events;
}

Json json_of(const RunResult& result) {
  Json document = {{"fingerprint", result.fingerprint},
                   {"seed", result.seed},
                   {"failure", result.failure},
                   {"test", json_of(result.test)},
                   {"validation", json_of(result.validation)},
                   {"most_frequent_class", json_of(result.most_frequent_class)},
                   {"trained_parameters", result.trained_parameters},
                   {"seconds", result.seconds}};
  if (result.calibrated) document["calibrated"] = json_of(*result.calibrated);
  if (!result.m2oe_updates.empty()) document["m2oe_updates"] = result.m2oe_updates;
  return document;
}

RunResult result_from(const nlohmann::json& document, const std::string& source) {
  RunResult result;
  result.fingerprint = eval::text_at(document, "fingerprint", source);
  result.seed = eval::count_at(document, "seed", source);
  result.failure = eval::text_at(document, "failure", source);
  result.test = scores_from(eval::member(document, "test", source), source);
  result.validation = scores_from(eval::member(document, "validation", source), source);
  if (document.contains("most_frequent_class")) {  // older results do not have it
    result.most_frequent_class = scores_from(document.at("most_frequent_class"), source);
  }
  const bool older = document.contains("trained_numbers");
  result.trained_parameters =
      eval::count_at(document, older ? "trained_numbers" : "trained_parameters", source);
  const auto& seconds = eval::member(document, "seconds", source);
  if (!seconds.is_number()) eval::damaged(source, "seconds is no number");
  result.seconds = seconds.get<double>();
  if (document.contains("calibrated")) {
    result.calibrated = calibrated_from(document.at("calibrated"), source);
  }
  if (document.contains("m2oe_updates")) {
    result.m2oe_updates = numbers_from(document.at("m2oe_updates"), source);
  }
  return result;
}

}  // namespace

void write_result(const fs::path& file, const RunResult& result) {
  write_file(file, json_text(json_of(result), 2) + "\n");
}

std::optional<RunResult> read_result(const fs::path& file, const std::string& fingerprint) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  const auto source = file.string();
  auto result = result_from(eval::parse_json(text_of(file), source), source);
  if (result.fingerprint != fingerprint) return std::nullopt;
  return result;
}

std::string results_text(const KnownResults& results) {
  std::string text;
  for (const auto& [fingerprint, result] : results) text += json_text(json_of(result)) + "\n";
  return text;
}

KnownResults read_results(const fs::path& file) {
  KnownResults results;
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return results;
  std::istringstream lines(text_of(file));
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto source = file.string() + ", line " + std::to_string(++number);
    auto result = result_from(eval::parse_json(line, source), source);
    results.emplace(result.fingerprint, std::move(result));
  }
  return results;
}

eval::Scores headline_of(const fs::path& report) {
  return scores_of_report(report, "headline");
}

eval::Scores most_frequent_class_of(const fs::path& report) {
  return scores_of_report(report, "most_frequent_class");
}

eval::Scores held_out_scores(const fs::path& log) {
  eval::Scores scores;
  for (const auto& event : events_of(log)) {
    if (value_or(event, "event", std::string()) != "evaluation" ||
        value_or(event, "part", std::string()) != "held-out part")
      continue;
    scores = scores_from(eval::member(event, "scores", log.string()), log.string());
  }
  return scores;
}

double training_seconds(const fs::path& log, std::int64_t iterations) {
  const std::string where = log.string();
  std::vector<double> paces;
  for (const auto& event : events_of(log)) {
    if (value_or(event, "event", std::string()) != "step") continue;
    const auto& seconds = eval::member(event, "seconds", where);
    if (seconds.is_number()) paces.push_back(seconds.get<double>());
  }
  if (paces.empty()) return 0;
  const auto middle = paces.begin() + static_cast<std::ptrdiff_t>(paces.size() / 2);
  std::nth_element(paces.begin(), middle, paces.end());
  return *middle * static_cast<double>(iterations);
}

}  // namespace relprompt::experiments

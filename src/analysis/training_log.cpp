#include "analysis/training_log.h"

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/json_read.h"
#include "base/read_file.h"
#include "eval/json_text.h"

namespace relprompt::analysis {
namespace {

using Json = nlohmann::json;
using Values = std::map<std::uint64_t, double>;  // by iteration
using Named = std::map<std::string, Values, std::less<>>;

constexpr const char* kScoreOrder[] = {"miou", "miou_seen", "miou_unseen", "hiou", "pacc"};

struct Lines {
  Values loss;
  Named parts, rates, scores;
};

double number_of(const Json& value, const std::string& name, const std::string& source) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.is_number()) eval::damaged(source, fmt::format("\"{}\" is no number", name));
  return value.get<double>();
}

void add_all(const Json& line, const char* key, double factor, std::uint64_t iteration, Named& named,
             const std::string& source) {
  const Json& object = eval::member(line, key, source);
  if (!object.is_object()) eval::damaged(source, fmt::format("\"{}\" is no object", key));
  for (const auto& [name, value] : object.items()) {
    named[name][iteration] = factor * number_of(value, name, source);
  }
  if (named.size() > kMaxLogNames) {
    eval::damaged(source, fmt::format("\"{}\" has more than {} names by now", key, kMaxLogNames));
  }
}

void add_line(const std::string_view text, const std::string& source, Lines& lines) {
  const Json line = eval::parse_json(text, source);
  const std::string& event = eval::text_at(line, "event", source);
  if (event != "step" && event != "evaluation") return;
  const std::uint64_t iteration = eval::count_at(line, "iteration", source);
  if (event == "evaluation") {
    add_all(line, "scores", 100, iteration, lines.scores, source);
    return;
  }
  lines.loss[iteration] = number_of(eval::member(line, "loss", source), "loss", source);
  add_all(line, "parts", 1, iteration, lines.parts, source);
  add_all(line, "rates", 1, iteration, lines.rates, source);
}

Lines lines_of(std::string_view text, const std::string& path) {
  Lines lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const bool cut_off = end == std::string_view::npos;
    text.remove_prefix(cut_off ? text.size() : end + 1);
    const std::string source = fmt::format("{}, line {}", path, number);
    if (line.size() > kMaxLogLine)
      eval::damaged(source, fmt::format("it is longer than {} bytes", kMaxLogLine));
    if (cut_off && try_read_json(line).is_discarded()) break;
    add_line(line, source, lines);
  }
  return lines;
}

Series series_of(const std::string& name, const Values& values) {
  Series series;
  series.name = name;
  for (const auto& [iteration, value] : values) {
    series.x.push_back(static_cast<double>(iteration));
    series.y.push_back(value);
  }
  return series;
}

std::vector<Series> all_series(Named named, const std::vector<std::string>& first) {
  std::vector<Series> result;
  for (const std::string& name : first) {
    const auto found = named.extract(name);
    if (found) result.push_back(series_of(name, found.mapped()));
  }
  for (const auto& [name, values] : named) result.push_back(series_of(name, values));
  return result;
}

}  // namespace

TrainingLog read_training_log(const std::filesystem::path& path) {
  const FileBytes file = read_file(path);
  Lines lines = lines_of(file.text(), path.string());
  TrainingLog log;
  log.loss = series_of("total", lines.loss);
  log.parts = all_series(std::move(lines.parts), {});
  log.rates = all_series(std::move(lines.rates), {});
  log.scores = all_series(std::move(lines.scores), {std::begin(kScoreOrder), std::end(kScoreOrder)});
  return log;
}

}  // namespace relprompt::analysis

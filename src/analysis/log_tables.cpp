#include "analysis/log_tables.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/atomic_file.h"
#include "base/json_read.h"
#include "base/read_file.h"

namespace relprompt::analysis {
namespace {

using Json = nlohmann::json;
using Row = std::map<std::string, std::string>;

constexpr std::size_t kMostColumns = 512;  // of a log that may be anything

/// Quoted where a comma, a quote or a line break would end the cell.
std::string cell(const Json& value) {
  if (value.is_null()) return "";
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

class Table {
 public:
  void add(const Json& event) {
    Row row;
    for (const auto& [key, value] : event.items()) {
      if (key == "event") continue;
      if (!value.is_object()) {
        set(row, key, value);
        continue;
      }
      for (const auto& [name, inner] : value.items()) set(row, key + "." + name, inner);
    }
    rows_.push_back(std::move(row));
  }

  std::string text() const {
    std::string text;
    for (const std::string& column : columns_) text += (text.empty() ? "" : ",") + cell(column);
    if (rows_.empty()) return "";
    text += "\n";
    for (const Row& row : rows_) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto found = row.find(columns_[i]);
        if (i > 0) text += ",";
        if (found != row.end()) text += found->second;
      }
      text += "\n";
    }
    return text;
  }

 private:
  void set(Row& row, const std::string& column, const Json& value) {
    const bool known = std::find(columns_.begin(), columns_.end(), column) != columns_.end();
    if (!known && columns_.size() >= kMostColumns) return;
    if (!known) columns_.push_back(column);
    row[column] = cell(value);
  }

  std::vector<std::string> columns_ = {"iteration", "time"};
  std::vector<Row> rows_;
};

}  // namespace

std::string events_csv(std::string_view lines, const std::string& kind) {
  Table table;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const Json event = try_read_json(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (event.is_object() && event.contains("event") && event["event"] == kind) table.add(event);
  }
  return table.text();
}

void write_log_tables(const std::filesystem::path& folder) {
  const FileBytes log = read_file(folder / "log.jsonl");
  write_file(folder / kStepTable, events_csv(log.text(), "step"));
  const std::string evaluations = events_csv(log.text(), "evaluation");
  if (!evaluations.empty()) write_file(folder / kEvaluationTable, evaluations);
}

}  // namespace relprompt::analysis

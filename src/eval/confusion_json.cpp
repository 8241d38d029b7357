#include "eval/confusion_json.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/classes.h"

#include "eval/json_text.h"

namespace relprompt::eval {
namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "relprompt confusion 1";

Json sparse_row(const std::uint64_t* cells, std::size_t columns) {
  Json row = Json::array();
  for (std::size_t column = 0; column < columns; ++column) {
    if (cells[column] == 0) continue;
    row.push_back(column);
    row.push_back(cells[column]);
  }
  return row;
}

Json totals_row(const std::uint64_t* cells, std::size_t columns) {
  const bool empty = std::all_of(cells, cells + columns, [](std::uint64_t count) { return count == 0; });
  return empty ? Json::array() : Json(std::vector<std::uint64_t>(cells, cells + columns));
}

std::vector<std::uint64_t> numbers_of(const Json& row, std::size_t label, const std::string& source) {
  std::vector<std::uint64_t> numbers;
  if (!row.is_array()) damaged(source, fmt::format("row {} is no list", label));
  numbers.reserve(row.size());
  for (const Json& number : row) {
    if (!number.is_number_unsigned()) damaged(source, fmt::format("row {} holds no counts", label));
    numbers.push_back(number.get<std::uint64_t>());
  }
  return numbers;
}

void fill_pairs(const std::vector<std::uint64_t>& numbers, std::size_t label, std::uint64_t* cells,
                std::size_t columns, const std::string& source) {
  bool good = numbers.size() % 2 == 0;
  for (std::size_t i = 0; good && i < numbers.size(); i += 2) {
    good = numbers[i] < columns && numbers[i + 1] > 0 && (i == 0 || numbers[i - 2] < numbers[i]);
    if (good) cells[numbers[i]] = numbers[i + 1];
  }
  if (!good) damaged(source, fmt::format("row {} is no list of ascending classes and counts", label));
}

void fill_totals(const std::vector<std::uint64_t>& numbers, std::size_t label, std::uint64_t* cells,
                 std::size_t columns, const std::string& source) {
  if (!numbers.empty() && numbers.size() != columns) {
    damaged(source, fmt::format("row {} has {} counts instead of {}", label, numbers.size(), columns));
  }
  std::copy(numbers.begin(), numbers.end(), cells);
}

}  // namespace

Json to_json(const ConfusionMatrix& matrix) {
  const bool pairs = matrix.detail() == Detail::kPairs;
  const std::size_t columns = matrix.cells().size() / matrix.classes();
  Json rows = Json::array();
  for (std::size_t label = 0; label < matrix.classes(); ++label) {
    const std::uint64_t* cells = matrix.cells().data() + label * columns;
    rows.push_back(pairs ? sparse_row(cells, columns) : totals_row(cells, columns));
  }
  return {{"format", kFormat},         {"classes", matrix.classes()}, {"detail", pairs ? "pairs" : "totals"},
          {"images", matrix.images()}, {"ignored", matrix.ignored()}, {"rows", std::move(rows)}};
}

ConfusionMatrix confusion_from_json(const Json& json, const std::string& source) {
  if (text_at(json, "format", source) != kFormat)
    damaged(source, fmt::format("its format is not \"{}\"", kFormat));
  const std::string& word = text_at(json, "detail", source);
  if (word != "pairs" && word != "totals") damaged(source, "\"detail\" is neither pairs nor totals");
  const Detail detail = word == "pairs" ? Detail::kPairs : Detail::kTotals;
  const Json& rows = array_at(json, "rows", source);
  const std::size_t classes = count_at(json, "classes", source, kMaxClasses);
  const std::size_t most = detail == Detail::kPairs ? kMaxPairClasses : kMaxClasses;
  if (classes == 0 || classes > most || rows.size() != classes) {
    damaged(source, fmt::format("{} rows of {} for {} classes", rows.size(), word, classes));
  }
  std::vector<std::uint64_t> cells = ConfusionMatrix(classes, detail).cells();
  const std::size_t columns = cells.size() / classes;
  const auto fill = detail == Detail::kPairs ? fill_pairs : fill_totals;
  for (std::size_t label = 0; label < classes; ++label) {
    fill(numbers_of(rows[label], label, source), label, cells.data() + label * columns, columns, source);
  }
  auto matrix = ConfusionMatrix::from_cells(
      classes, detail, std::move(cells), count_at(json, "images", source), count_at(json, "ignored", source));
  if (!matrix) damaged(source, "no images can have these counts");
  return *std::move(matrix);
}

std::string to_text(const ConfusionMatrix& matrix) {
  return to_json(matrix).dump() + "\n";
}

ConfusionMatrix parse_confusion(std::string_view text, const std::string& source) {
  return confusion_from_json(parse_json(text, source), source);
}

}  // namespace relprompt::eval

#include "experiments/conclusion.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace relprompt::experiments {
namespace {

constexpr std::size_t kDigits = 16;

std::string text_of(const Spread& spread) {
  if (spread.count == 0) return "-";
  return fmt::format("{:.1f} {:.1f} {:.1f}", spread.mean * 100, spread.low * 100, spread.high * 100);
}

std::string hash_of(const std::string& text) {
  Sha256 digest;
  digest.update(text);
  return digest.hex().substr(0, kDigits);
}

}  // namespace

std::string numbers_of(const Suite& suite, const TableSummary& table) {
  std::string text = suite.tables[table.table].key + "\n";
  for (const RowSummary& row : table.rows) {
    text += fmt::format("{}\n{}\n", row.name, row.regime);
    for (const Spread& spread : {row.miou, row.seen, row.unseen, row.hiou, row.pacc}) {
      text += text_of(spread) + "\n";
    }
  }
  return hash_of(text);
}

std::string numbers_of(const Suite& suite, const std::vector<TableSummary>& tables) {
  std::string text;
  for (const TableSummary& table : tables) text += numbers_of(suite, table) + "\n";
  return hash_of(text);
}

std::string conclusion_text(const Conclusion& conclusion, const std::string& numbers, const std::string& of) {
  if (conclusion.text.empty()) return "";
  if (conclusion.numbers == numbers) return conclusion.text + (conclusion.text.back() == '\n' ? "" : "\n");
  return fmt::format(
      "The suite's conclusion on {} was drawn from other numbers than these and is left out.\n", of);
}

}  // namespace relprompt::experiments

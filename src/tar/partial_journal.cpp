#include "tar/partial_journal.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json_output.h"
#include "base/json_read.h"

namespace relprompt::tar {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kStart = R"({"format":"relprompt tar 1",)";
constexpr std::size_t kMaxLine = std::size_t{1} << 20;
constexpr std::size_t kMaxMessage = 1000;  // of a failure, so that a line stays below kMaxLine
constexpr std::size_t kHashDigits = 64;

/// The text of a member in its bytes; empty if there is none.
std::string text_at(const nlohmann::json& object, const char* key) {
  const auto bytes = object.find(std::string(key) + "_bytes");
  if (bytes != object.end() && bytes->is_string())
    return percent_decoded(bytes->get<std::string>()).value_or("");
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<std::uint64_t> number_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

/// Takes a line over; false for one that cannot follow.
bool take_group(const nlohmann::json& line, JournalState& state) {
  if (!line.is_object()) return false;
  const auto samples = number_at(line, "samples"), failed = number_at(line, "failed"),
             bytes = number_at(line, "bytes");
  const std::string sha256 = text_at(line, "sha256");
  if (!samples || !failed || !bytes || sha256.size() != kHashDigits) return false;
  if (*samples <= state.samples || *failed < state.failed || *bytes < state.bytes || *failed > *samples ||
      *bytes > INT64_MAX) {
    return false;
  }
  state.samples = *samples;
  state.failed = *failed;
  state.bytes = *bytes;
  state.sha256 = sha256;
  const auto failures = line.find("failures");
  if (failures == line.end() || !failures->is_array()) return true;
  for (const auto& failure : *failures) {
    if (!failure.is_object() || state.failures.size() >= kMostListed) break;
    state.failures.push_back(
        {text_at(failure, "key"), text_at(failure, "code"), text_at(failure, "message")});
  }
  return true;
}

}  // namespace

bool is_start_of_journal(std::string_view text) {
  const auto size = std::min(text.size(), kStart.size());
  return text.substr(0, size) == kStart.substr(0, size);
}

std::string first_line(const std::string& facts) {
  return json_text(Json{{"format", "relprompt tar 1"}, {"facts", facts}}) + "\n";
}

std::string group_line(std::uint64_t samples, std::uint64_t failed, std::uint64_t bytes,
                       const std::string& sha256, const std::vector<FailedSample>& failures) {
  Json line = {{"samples", samples}, {"failed", failed}, {"bytes", bytes}, {"sha256", sha256}};
  for (const FailedSample& failure : failures) {
    line["failures"].push_back(
        {{"key", failure.key}, {"code", failure.code}, {"message", failure.message.substr(0, kMaxMessage)}});
  }
  return json_text(line) + "\n";
}

JournalState read_partial_journal(std::string_view text, const std::string& facts) {
  const std::string first = first_line(facts);
  JournalState state;
  state.fits = text.substr(0, first.size()) == first;
  if (!state.fits) return state;
  state.whole = first.size();
  JsonRules rules;
  rules.bytes = kMaxLine;
  while (true) {
    const auto end = text.find('\n', state.whole);
    if (end == std::string_view::npos) return state;
    const auto line = try_read_json(text.substr(state.whole, end - state.whole), rules);
    if (line.is_discarded() || !take_group(line, state)) return state;
    state.whole = end + 1;
  }
}

}  // namespace relprompt::tar

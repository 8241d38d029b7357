#include "train/event_file.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

#include "base/json_read.h"
#include "base/json_value.h"

namespace relprompt::train {
namespace {

using Json = nlohmann::json;
using Scalars = std::vector<std::pair<std::string, double>>;

// Field numbers of Event, Summary and Summary.Value, shifted by their wire type: 0 variable-length whole
// numbers, 1 eight bytes, 2 bytes with their length, 5 four bytes.
constexpr char kWallTime = 1 << 3 | 1, kStep = 2 << 3 | 0, kFileVersion = 3 << 3 | 2, kSummary = 5 << 3 | 2;
constexpr char kValue = 1 << 3 | 2, kTag = 1 << 3 | 2, kSimpleValue = 2 << 3 | 5;

template <typename Number>
void append_bytes(std::string& bytes, Number number) {
  char raw[sizeof(Number)];
  std::memcpy(raw, &number, sizeof(Number));  // little endian, as every machine that this runs on
  bytes.append(raw, sizeof(Number));
}

void append_varint(std::string& bytes, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

void append_text(std::string& bytes, char field, const std::string& text) {
  bytes += field;
  append_varint(bytes, text.size());
  bytes += text;
}

/// The checksum of TFRecord: CRC-32C, rotated and shifted so that checksums of checksums differ from each
/// other.
std::uint32_t masked_crc(const std::string& bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t sum = crc.checksum();
  return ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
}

std::string record_of(const std::string& event) {
  std::string length, record;
  append_bytes(length, std::uint64_t{event.size()});
  record = length;
  append_bytes(record, masked_crc(length));
  record += event;
  append_bytes(record, masked_crc(event));
  return record;
}

std::string event_start(double seconds) {
  std::string event(1, kWallTime);
  append_bytes(event, seconds);
  return event;
}

void add(Scalars& scalars, const std::string& tag, const Json& value) {
  if (value.is_number() && std::isfinite(value.get<double>())) scalars.emplace_back(tag, value.get<double>());
}

void add_all(Scalars& scalars, const std::string& prefix, const Json& event, const char* key) {
  if (!event.contains(key) || !event[key].is_object()) return;
  for (const auto& [name, value] : event[key].items()) add(scalars, prefix + name, value);
}

Scalars scalars_of(const Json& event) {
  Scalars scalars;
  const std::string kind = value_or(event, "event", std::string());
  if (kind == "step") {
    add(scalars, "loss/total", event.value("loss", Json()));
    add_all(scalars, "loss/", event, "parts");
    add_all(scalars, "learning_rate/", event, "rates");
    add(scalars, "gradient_norm", event.value("gradient_norm", Json()));
    add(scalars, "seconds_per_iteration", event.value("seconds", Json()));
  } else if (kind == "evaluation") {
    add_all(scalars, "scores/", event, "scores");
  }
  return scalars;
}

}  // namespace

double seconds_of(std::string_view time) {
  std::tm parts{};
  const std::string text(time);
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return end != nullptr && *end == '\0' ? static_cast<double>(::timegm(&parts)) : 0;
}

std::string event_file_start(double seconds) {
  std::string event = event_start(seconds);
  append_text(event, kFileVersion, "brain.Event:2");
  return record_of(event);
}

std::string event_record(const Json& event) {
  if (!event.is_object() || !event.contains("iteration") || !event["iteration"].is_number_integer())
    return "";
  const auto scalars = scalars_of(event);
  if (scalars.empty()) return "";
  std::string summary;
  for (const auto& [tag, number] : scalars) {
    std::string value;
    append_text(value, kTag, tag);
    value += kSimpleValue;
    append_bytes(value, static_cast<float>(number));
    append_text(summary, kValue, value);
  }
  const auto time = event.value("time", Json());
  std::string bytes = event_start(time.is_string() ? seconds_of(time.get<std::string>()) : 0);
  bytes += kStep;
  append_varint(bytes, static_cast<std::uint64_t>(event["iteration"].get<std::int64_t>()));
  append_text(bytes, kSummary, summary);
  return record_of(bytes);
}

std::string event_file_of(std::string_view lines) {
  std::string file;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const Json event = try_read_json(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (!event.is_object()) continue;
    if (file.empty()) {
      const auto time = event.value("time", Json());
      file = event_file_start(time.is_string() ? seconds_of(time.get<std::string>()) : 0);
    }
    file += event_record(event);
  }
  return file;
}

}  // namespace relprompt::train

// The event file against a reader written here from the published formats (TFRecord, protocol buffers' wire
// format).
#include "train/event_file.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include <gmock/gmock.h>

namespace relprompt::train {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::Pair;

/// CRC-32C bit by bit.
std::uint32_t crc32c(const std::string& bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

std::uint32_t masked(const std::string& bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

template <typename Number>
Number take(std::string& bytes) {
  Number number;
  if (bytes.size() < sizeof(Number)) throw std::runtime_error("too short");
  std::memcpy(&number, bytes.data(), sizeof(Number));
  bytes.erase(0, sizeof(Number));
  return number;
}

std::uint64_t take_varint(std::string& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(take<char>(bytes));
    number |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return number;
  }
}

std::vector<std::string> records_of(std::string file) {
  std::vector<std::string> records;
  while (!file.empty()) {
    const std::string length = file.substr(0, 8);
    const auto size = take<std::uint64_t>(file);
    EXPECT_EQ(take<std::uint32_t>(file), masked(length));
    records.push_back(file.substr(0, size));
    file.erase(0, size);
    EXPECT_EQ(take<std::uint32_t>(file), masked(records.back()));
  }
  return records;
}

struct Event {
  double wall_time = 0;
  std::uint64_t step = 0;
  std::string version;
  std::map<std::string, float> scalars;
};

std::pair<std::string, float> value_of(std::string bytes) {
  std::pair<std::string, float> value;
  while (!bytes.empty()) {
    const auto key = take_varint(bytes);
    if (key == (1 << 3 | 2)) {
      const auto size = take_varint(bytes);
      value.first = bytes.substr(0, size);
      bytes.erase(0, size);
    } else {
      EXPECT_EQ(key, 2u << 3 | 5u);
      value.second = take<float>(bytes);
    }
  }
  return value;
}

Event event_of(std::string bytes) {
  Event event;
  while (!bytes.empty()) {
    const auto key = take_varint(bytes);
    if (key == (1 << 3 | 1)) event.wall_time = take<double>(bytes);
    if (key == (2 << 3 | 0)) event.step = take_varint(bytes);
    if (key != (3 << 3 | 2) && key != (5 << 3 | 2)) continue;
    const auto size = take_varint(bytes);
    std::string inner = bytes.substr(0, size);
    bytes.erase(0, size);
    if (key == (3 << 3 | 2)) event.version = inner;
    while (key == (5 << 3 | 2) && !inner.empty()) {
      EXPECT_EQ(take_varint(inner), 1u << 3 | 2u);
      const auto length = take_varint(inner);
      event.scalars.insert(value_of(inner.substr(0, length)));
      inner.erase(0, length);
    }
  }
  return event;
}

constexpr const char* kStep =
    R"({"event":"step","iteration":300,"loss":1.5,"parts":{"dice":0.5},"rates":{"prompts":0.001},"gradient_norm":2,)"
    R"("seconds":0.25,"time":"2026-11-29T05:40:12Z"})";

TEST(EventFile, ChecksumIsThePublishedOne) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
}

TEST(EventFile, HoldsTheScalarsOfStepsAndEvaluations) {
  const std::string lines =
      std::string(R"({"event":"start","time":"2026-11-29T05:40:00Z"})") + "\n" + kStep + "\n" +
      R"({"event":"evaluation","iteration":300,"scores":{"miou":0.25,"hiou":null}})" + "\nnonsense\n";
  const auto records = records_of(event_file_of(lines));
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(event_of(records[0]).version, "brain.Event:2");
  EXPECT_EQ(event_of(records[0]).wall_time, 1795930800.0);
  const auto step = event_of(records[1]);
  EXPECT_EQ(step.step, 300u);
  EXPECT_EQ(step.wall_time, 1795930812.0);
  EXPECT_THAT(step.scalars, ElementsAre(Pair("gradient_norm", 2), Pair("learning_rate/prompts", 0.001f),
                                        Pair("loss/dice", 0.5f), Pair("loss/total", 1.5f),
                                        Pair("seconds_per_iteration", 0.25f)));
  EXPECT_THAT(event_of(records[2]).scalars, ElementsAre(Pair("scores/miou", 0.25f)));
}

TEST(EventFile, AppendedRecordsMakeTheFileOfTheWholeLog) {
  const std::string lines = std::string(kStep) + "\n" + kStep + "\n";
  const auto event = json::parse(kStep);
  EXPECT_EQ(event_file_of(lines),
            event_file_start(seconds_of("2026-11-29T05:40:12Z")) + event_record(event) + event_record(event));
}

TEST(EventFile, OtherEventsAndOtherTextHaveNoRecord) {
  EXPECT_EQ(event_record(json{{"event", "finished"}, {"iteration", 3}}), "");
  EXPECT_EQ(event_record(json{{"event", "step"}, {"loss", 3}}), "");
  EXPECT_EQ(event_record(json::array()), "");
  EXPECT_EQ(event_file_of(""), "");
  EXPECT_EQ(seconds_of("yesterday"), 0);
}

}  // namespace
}  // namespace relprompt::train

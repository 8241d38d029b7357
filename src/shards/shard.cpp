#include "shards/shard.h"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/hash.h"
#include "base/printable.h"

namespace relprompt::shards {
namespace {

constexpr std::size_t kHashDigits = 16;  // of 8 bytes
constexpr const char* kAdvice = "--shard I/N says which shard this is, --shard none works on the whole list";

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc() && stop == end ? std::optional<std::uint64_t>(value) : std::nullopt;
}

/// Variables of a job system.
class Reader {
 public:
  explicit Reader(const Variables& variable) : variable_(variable) {}

  bool has(const char* name) const {
    const auto value = variable_(name);
    return value && !value->empty();
  }

  std::uint64_t number(const char* name, const char* because,
                       std::uint64_t most = std::numeric_limits<std::uint32_t>::max()) const {
    if (!has(name)) fail(fmt::format("{} is not set although {} is", name, because));
    const std::string text = *variable_(name);
    const auto value = number_of(text);
    if (value && *value <= most) return *value;
    fail(fmt::format("{}={}: expected a whole number from 0 to {}", name, printable(text), most));
  }

  [[noreturn]] static void fail(const std::string& message) {
    throw Error(ErrorCode::kBadArgument, "environment: " + message, kAdvice);
  }

 private:
  const Variables& variable_;
};

/// The tasks of an array have any numbers: "0-15", "1-16", "0-30:2".
GivenShard from_slurm(const Reader& reader) {
  constexpr const char* kId = "SLURM_ARRAY_TASK_ID";
  const auto id = reader.number(kId, kId), count = reader.number("SLURM_ARRAY_TASK_COUNT", kId, kMaxShards),
             least = reader.number("SLURM_ARRAY_TASK_MIN", kId);
  const auto step = reader.has("SLURM_ARRAY_TASK_STEP") ? reader.number("SLURM_ARRAY_TASK_STEP", kId) : 1;
  if (step > 0 && id >= least && (id - least) % step == 0 && (id - least) / step < count)
    return {{static_cast<std::size_t>((id - least) / step), static_cast<std::size_t>(count)}, kId};
  Reader::fail(
      fmt::format("{}={} is no task of an array of {} from {} on in steps of {}: its numbers have gaps", kId,
                  id, count, least, step));
}

GivenShard from_kubernetes(const Reader& reader) {
  constexpr const char* kIndex = "JOB_COMPLETION_INDEX";
  const auto index = reader.number(kIndex, kIndex),
             count = reader.number("JOB_COMPLETIONS", kIndex, kMaxShards);
  if (index < count) return {{static_cast<std::size_t>(index), static_cast<std::size_t>(count)}, kIndex};
  Reader::fail(fmt::format("{}={} must be below JOB_COMPLETIONS={}", kIndex, index, count));
}

}  // namespace

std::uint64_t hash_of(std::string_view id) {
  Sha256 digest;
  digest.update(id);
  const std::string digits = digest.hex();
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + kHashDigits, value, 16);
  return value;
}

std::size_t shard_of(std::string_view id, std::size_t count) {
  return static_cast<std::size_t>(hash_of(id) % count);
}

bool Shard::takes(std::string_view id) const {
  return count == 1 || shard_of(id, count) == index;
}

Shard parse_shard(const std::string& text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto index = number_of(std::string_view(text).substr(0, slash));
  const auto count = slash < text.size() ? number_of(std::string_view(text).substr(slash + 1)) : std::nullopt;
  if (index && count && *index < *count && *count <= kMaxShards)
    return {static_cast<std::size_t>(*index), static_cast<std::size_t>(*count)};
  throw Error(ErrorCode::kBadArgument,
              fmt::format("--shard {}: expected I/N with I from 0 to N - 1 and N up to {}, or none",
                          printable(text), kMaxShards),
              "the first of 16 shards is 0/16, the last one 15/16");
}

std::string name_of(const Shard& shard) {
  return fmt::format("shard {} of {}", shard.index, shard.count);
}

std::optional<GivenShard> shard_from(const Variables& variable) {
  const Reader reader(variable);
  if (reader.has("SLURM_ARRAY_TASK_ID")) return from_slurm(reader);
  if (reader.has("JOB_COMPLETION_INDEX")) return from_kubernetes(reader);
  return std::nullopt;
}

std::optional<GivenShard> shard_from_environment() {
  return shard_from([](const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

}  // namespace relprompt::shards

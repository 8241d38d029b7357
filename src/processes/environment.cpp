#include "processes/environment.h"

#include <charconv>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "processes/host_list.h"

namespace relprompt::processes {
namespace {

constexpr std::size_t kMostWorkers = 65536;
constexpr const char* kHint =
    "set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for every worker, or none of them for a single one";

[[noreturn]] void fail(const std::string& message) {
  throw Error(ErrorCode::kBadArgument, "environment: " + message, kHint);
}

/// Looks variables up; an empty one counts as unset, because shells export such by accident.
class Reader {
 public:
  explicit Reader(const Variables& variable) : variable_(variable) {}

  std::optional<std::string> text(const char* name) const {
    auto value = variable_(name);
    if (value && value->empty()) value.reset();
    return value;
  }

  bool has(const char* name) const { return text(name).has_value(); }

  std::string needed(const char* name, const char* because) const {
    auto value = text(name);
    if (!value) fail(fmt::format("{} is not set although {} is {}", name, because, *text(because)));
    return *value;
  }

  /// A whole number in [least, most].
  std::size_t number(const char* name, const std::string& value, std::size_t least, std::size_t most) const {
    std::size_t result = 0;
    const char* const end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, result);
    if (parsed.ec != std::errc() || parsed.ptr != end || result < least || result > most) {
      fail(fmt::format("{}={}: expected a whole number from {} to {}", name, value, least, most));
    }
    return result;
  }

  std::size_t needed_number(const char* name, const char* because, std::size_t least,
                            std::size_t most) const {
    return number(name, needed(name, because), least, most);
  }

  std::optional<std::uint16_t> port() const {
    const auto value = text("MASTER_PORT");
    if (!value) return std::nullopt;
    return static_cast<std::uint16_t>(
        number("MASTER_PORT", *value, 1, std::numeric_limits<std::uint16_t>::max()));
  }

 private:
  const Variables& variable_;
};

void read_rank(const Reader& reader, const char* rank_name, const char* size_name, Environment& found) {
  found.size = reader.needed_number(size_name, rank_name, 1, kMostWorkers);
  found.rank = reader.needed_number(rank_name, rank_name, 0, kMostWorkers);
  if (found.rank >= found.size) {
    fail(fmt::format("{}={} must be below {}={}", rank_name, found.rank, size_name, found.size));
  }
}

Environment from_rank(const Reader& reader) {
  Environment found;
  found.how = "RANK";
  read_rank(reader, "RANK", "WORLD_SIZE", found);
  found.local_rank = found.rank;
  if (const auto local = reader.text("LOCAL_RANK")) {
    found.local_rank = reader.number("LOCAL_RANK", *local, 0, kMostWorkers);
  }
  if (found.size == 1) return found;
  found.address = reader.needed("MASTER_ADDR", "WORLD_SIZE");
  reader.needed("MASTER_PORT", "WORLD_SIZE");
  found.port = *reader.port();
  return found;
}

/// Tasks start on the first node of the list. The address of the launching node is only the second choice:
/// with salloc that is a login node, where no task runs.
std::string slurm_address(const Reader& reader) {
  if (const auto address = reader.text("MASTER_ADDR")) return *address;
  for (const char* name : {"SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST"}) {
    const auto list = reader.text(name);
    if (!list) continue;
    std::string host = first_host(*list);
    if (host.empty()) fail(fmt::format("{}={}: not a list of hosts", name, *list));
    return host;
  }
  if (const auto address = reader.text("SLURM_LAUNCH_NODE_IPADDR")) return *address;
  fail("SLURM_NTASKS is " + *reader.text("SLURM_NTASKS") +
       ", but neither MASTER_ADDR nor SLURM_JOB_NODELIST is set");
}

/// Equal for all tasks of a job, different for jobs that follow each other, and below the range from which
/// systems take the ports of outgoing connections.
std::uint16_t slurm_port(const Reader& reader) {
  if (const auto port = reader.port()) return *port;
  constexpr std::size_t kFirst = 15000, kCount = 15000;
  const std::size_t job =
      reader.needed_number("SLURM_JOB_ID", "SLURM_PROCID", 0, std::numeric_limits<std::size_t>::max());
  return static_cast<std::uint16_t>(kFirst + job % kCount);
}

Environment from_slurm(const Reader& reader) {
  Environment found;
  found.how = "Slurm";
  read_rank(reader, "SLURM_PROCID", "SLURM_NTASKS", found);
  if (const auto size = reader.text("WORLD_SIZE");
      size && reader.number("WORLD_SIZE", *size, 1, kMostWorkers) != found.size) {
    fail(fmt::format("WORLD_SIZE={} contradicts SLURM_NTASKS={}", *size, found.size));
  }
  if (const auto local = reader.text("SLURM_LOCALID")) {
    found.local_rank = reader.number("SLURM_LOCALID", *local, 0, kMostWorkers);
  }
  if (found.size == 1) return found;
  found.address = slurm_address(reader);
  found.port = slurm_port(reader);
  return found;
}

}  // namespace

Environment environment_from(const Variables& variable) {
  const Reader reader(variable);
  if (reader.has("RANK")) return from_rank(reader);
  if (reader.has("SLURM_PROCID")) return from_slurm(reader);
  // Several processes that all take themselves for the only one would write the same files.
  if (const auto size = reader.text("WORLD_SIZE");
      size && reader.number("WORLD_SIZE", *size, 1, kMostWorkers) > 1) {
    reader.needed("RANK", "WORLD_SIZE");
  }
  Environment alone;
  alone.how = "alone";
  return alone;
}

Environment environment() {
  return environment_from([](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  });
}

}  // namespace relprompt::processes

#include "measure/machine_facts.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <sched.h>

#include "kernels/dnnl.h"

namespace relprompt::measure {
namespace {

/// The text behind "KEY ... :" in a file of /proc; empty if there is none.
std::string proc_value(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (line.compare(0, key.size(), key) != 0 || colon == std::string::npos) continue;
    const auto first = line.find_first_not_of(" \t", colon + 1);
    return first == std::string::npos ? "" : line.substr(first);
  }
  return "";
}

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
#if defined(__x86_64__) && defined(__GNUC__)
  if (__builtin_cpu_supports("avx2")) names.emplace_back("avx2");
  if (__builtin_cpu_supports("avx512f")) names.emplace_back("avx512f");
  if (__builtin_cpu_supports("avx512vnni")) names.emplace_back("avx512_vnni");
  if (__builtin_cpu_supports("avx512bf16")) names.emplace_back("avx512_bf16");
#endif
  return names;
}

int usable_cores() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 0;
}

}  // namespace

MachineFacts machine_facts() {
  MachineFacts facts;
  facts.cpu = proc_value("/proc/cpuinfo", "model name");
  facts.cores = usable_cores();
  facts.instructions = instruction_sets();
#if defined(__clang__)
  facts.compiler = "clang " __clang_version__;
#else
  facts.compiler = "gcc " __VERSION__;
#endif
#if defined(NDEBUG)
  facts.build = "optimised";
#else
  facts.build = "with assertions";
#endif
  const auto* version = dnnl::version();
  facts.onednn = fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
  return facts;
}

double peak_memory() {
  std::istringstream line(proc_value("/proc/self/status", "VmHWM"));
  double kibibytes = 0;
  line >> kibibytes;
  return kibibytes * 1024;
}

}  // namespace relprompt::measure

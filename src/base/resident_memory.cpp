#include "base/resident_memory.h"

#include <fstream>

#include <unistd.h>

namespace relprompt {

std::uint64_t resident_bytes() noexcept {
  try {
    std::ifstream stream("/proc/self/statm");
    std::uint64_t total = 0, resident = 0;
    if (!(stream >> total >> resident)) return 0;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  } catch (...) {
    return 0;
  }
}

}  // namespace relprompt

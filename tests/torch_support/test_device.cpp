#include "test_device.h"

#include <algorithm>
#include <cstdlib>

#include "network/device.h"

namespace relprompt::test {
namespace {

constexpr double kFp32 = 1e-4;  // of a whole network on logits of unit scale

}  // namespace

torch::Device test_device() {
  const char* const name = std::getenv("RELPROMPT_TEST_DEVICE");
  return network::device_of(name == nullptr ? "cpu" : name);
}

double rounding(double on_cpu) {
  if (test_device().is_cpu()) return on_cpu;
  const char* const wanted = std::getenv("RELPROMPT_TEST_TOLERANCE");
  return std::max(on_cpu, wanted == nullptr ? kFp32 : std::atof(wanted));
}

}  // namespace relprompt::test

// safetensors from memory: any bytes give an archive or an Error, nothing else.
#include <cstddef>
#include <cstdint>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto opened =
        relprompt::archive::parse_safetensors(reinterpret_cast<const std::byte*>(data), size, "fuzz");
    relprompt::fuzz::read_everything(*opened);
  } catch (const relprompt::Error&) {
  }
  return 0;
}

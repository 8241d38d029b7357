// Arbitrary bytes as a class list: it is refused with kBadClassList, or every class has names that survive
// being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relprompt/classes.h"
#include "relprompt/error.h"

#include "text/class_line.h"

namespace {

std::string written(const relprompt::ClassList& list) {
  std::string text;
  for (const auto& names : list.names) {
    for (const std::string& name : names) {
      if (name.empty()) std::abort();
    }
    text += relprompt::text::class_line(names) + '\n';
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  relprompt::ClassList list;
  try {
    list = relprompt::parse_class_list(text);
  } catch (const relprompt::Error& error) {
    if (error.code() != relprompt::ErrorCode::kBadClassList) std::abort();
    return 0;
  }
  if (list.names.empty() || list.names.size() > relprompt::kMaxClasses) std::abort();
  if (relprompt::parse_class_list(written(list)).names != list.names) std::abort();
  return 0;
}

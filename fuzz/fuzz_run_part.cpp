// Arbitrary bytes as what is kept of an image for a file of a run (.relprompt-parts): the first byte chooses
// the format. Refused as no part of the format, or the file is made.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relprompt/classes.h"

#include "check.h"
#include "formats/format.h"

namespace {

using namespace relprompt;

void put_together(const formats::FormatRow& row, std::string_view part, const ClassList& classes) {
  for (const auto& file : row.run_files) {
    formats::MemorySink sink;
    const auto maker = file.begin(sink, classes);
    maker->add(part);
    maker->add(part);
    maker->finish();
    fuzz::check(!sink.take().empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto& table = formats::format_table();
  const auto& row = table[data[0] % table.size()];
  const std::string_view part(reinterpret_cast<const char*>(data) + 1, size - 1);
  ClassList classes;
  classes.names = {{"road"}, {"a:b#c", "background"}};
  fuzz::allow_refusal([](ErrorCode code) { return code == ErrorCode::kBadArgument; },
                      [&] { put_together(row, part, classes); });
  return 0;
}

// Arbitrary bytes as the journal of a raster's finished blocks, as they are and behind a first line that is
// right: refused, or blocks whose lines can be read again and whose bytes are read within their file.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "raster/parts.h"
#include "raster/parts_lines.h"
#include "scratch_folder.h"

namespace {

using namespace relprompt;

const std::string kJournal = "0-of-1.jsonl";

bool is_refusal(ErrorCode code) {
  return code == ErrorCode::kUnreadable || code == ErrorCode::kNotFound;
}

raster::BlockRecord read_again(const fuzz::ScratchFolder& folder, const raster::BlockRecord& record) {
  folder.write(kJournal, raster::first_line({0, 1}, raster::Json::object()) + raster::line_of(record));
  const auto part = raster::read_part(folder / kJournal);
  fuzz::check(part.blocks.size() == 1);
  return part.blocks.begin()->second;
}

void read(const fuzz::ScratchFolder& folder) {
  const auto parts = raster::parts_in(folder.path());
  fuzz::check(parts.size() == 1);
  const raster::PartReader reader(parts.front());
  for (const auto& [index, record] : parts.front().blocks) {
    fuzz::allow_refusal(is_refusal, [&, &place = record] { reader.labels(place, 64); });
    const auto again = read_again(folder, record);
    fuzz::check(index == record.block && again.block == record.block && again.pixels == record.pixels);
    fuzz::check(again.unknown == record.unknown && again.nodata == record.nodata);
    fuzz::check(again.labels.bytes == record.labels.bytes);
    if (again.has_data())
      fuzz::check(again.labels.offset == record.labels.offset && again.labels.crc == record.labels.crc);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFolder folder;
  static const bool made = (folder.write("0-of-1.blocks", std::string(raster::kBlocksStart) + "xxxx"), true);
  fuzz::check(made);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool begun : {false, true}) {
    const std::string first = begun ? raster::first_line({0, 1}, {{"height", 10}}) : "";
    folder.write(kJournal, first + std::string(bytes));
    fuzz::allow_refusal(is_refusal, [&] { read(folder); });
  }
  return 0;
}

// Arbitrary bytes as the journal of a shard, as they are and behind a beginning that is right: refused, or
// images of this shard whose lines can be read again; and a process that goes on with it is refused, or
// leaves a journal that can be read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "scratch_folder.h"
#include "shards/image_id.h"
#include "shards/journal_writer.h"
#include "shards/shard_set.h"

namespace {

using namespace relprompt;

constexpr shards::Shard kShard{0, 1};
constexpr std::string_view kBeginning =
    R"({"format":"relprompt shard 1","shard":0,"shards":1,"facts":{"command":"segment","list":{"images":2}}})"
    "\n";

bool is_refusal(ErrorCode code) {
  return code == ErrorCode::kUnreadable || code == ErrorCode::kNotWritable || code == ErrorCode::kNotFound;
}

void read(const std::filesystem::path& output) {
  const auto journal = shards::read_journal(shards::shard_file(output, kShard), kShard);
  for (const auto& image : journal.images) {
    fuzz::check(kShard.takes(image.id) && shards::problem_of_id(image.id).empty());
    fuzz::check(shards::bytes_at(shards::line_of(journal, image), "id") == image.id);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFolder folder;
  std::error_code none;
  std::filesystem::create_directory(folder / shards::kShardFolder, none);
  const std::string name = std::string(shards::kShardFolder) + "/0-of-1.jsonl";
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool begun : {false, true}) {
    folder.write(name, begun ? std::string(kBeginning).append(bytes) : std::string(bytes));
    fuzz::allow_refusal(is_refusal, [&] { read(folder.path()); });
    fuzz::allow_refusal(is_refusal, [&] {
      const auto set = shards::open_shards({folder.path()});
      fuzz::check(set.order.size() == set.journals.front().images.size());
    });
    fuzz::allow_refusal(is_refusal, [&] {
      shards::JournalWriter writer(folder.path(), kShard);
      writer.begin({{"command", "segment"}, {"list", {{"images", 2}}}}, nullptr, true);
      writer.keep({{"at", 1}, {"id", "b"}, {"status", "done"}, {"sha256", ""}});
      read(folder.path());
    });
  }
  return 0;
}

// Arbitrary bytes as confusion counts and as the saved state of an evaluation: refused, or counts that are
// written and read again as the same. The second line of a state is bound to the first by a hash, which is
// made right here, so that what lies behind it is reached as well.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "check.h"
#include "eval/confusion_json.h"
#include "eval/progress_file.h"
#include "scratch_folder.h"

namespace {

using namespace relprompt;

bool is_refusal(ErrorCode code) {
  return code == ErrorCode::kUnreadable || code == ErrorCode::kBadArgument || code == ErrorCode::kOutOfMemory;
}

std::string with_hash(std::string_view line) {
  Sha256 digest;
  digest.update(line);
  return "{\"format\":\"relprompt evaluation 1\",\"sha256\":\"" + digest.hex() + "\"}\n" + std::string(line) +
         "\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFolder folder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz::allow_refusal(is_refusal, [&] {
    const auto matrix = eval::parse_confusion(text, "fuzz");
    const auto written = eval::to_text(matrix);
    fuzz::check(eval::to_text(eval::parse_confusion(written, "written")) == written);
  });
  ClassList classes;
  classes.names = {{"cat"}, {"dog"}};
  const eval::ProgressFile file(folder / "progress.json", eval::ProtocolStatement(), classes, {"a", "b"});
  for (const bool honest : {false, true}) {
    folder.write("progress.json", honest ? with_hash(text.substr(0, text.find('\n'))) : std::string(text));
    fuzz::allow_refusal(is_refusal, [&] {
      if (const auto state = file.load()) fuzz::check(state->done <= 2);
    });
  }
  return 0;
}

// Arbitrary bytes as the log of a training run: curves and tables are made of what can be read, or the log is
// refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analysis/log_tables.h"
#include "analysis/training_log.h"
#include "check.h"
#include "scratch_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace relprompt;
  static const fuzz::ScratchFolder folder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  analysis::events_csv(text, "step");
  analysis::events_csv(text, "evaluation");
  folder.write("log.jsonl", text);
  fuzz::allow_refusal([](ErrorCode code) { return code == ErrorCode::kUnreadable; },
                      [&] {
                        const auto log = analysis::read_training_log(folder / "log.jsonl");
                        fuzz::check(log.loss.x.size() == log.loss.y.size());
                      });
  return 0;
}

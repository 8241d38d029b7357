// Arbitrary bytes as the list of what relprompt wrote into a folder: questions have an answer, and what is
// added is listed, whatever stood there before.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/file_journal.h"
#include "base/own_files.h"
#include "check.h"
#include "scratch_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace relprompt;
  static const fuzz::ScratchFolder folder;
  folder.write(kJournalName, {reinterpret_cast<const char*>(data), size});
  folder.write("a.png", "somebody's");
  FileJournal journal(folder.path());
  static_cast<void>(journal.note("a.png"));
  // The content's hash would have to stand in the list, which no input can guess.
  fuzz::check(!remove_own(folder / "a.png"));
  const std::string hash(64, 'a');
  fuzz::allow_refusal([](ErrorCode code) { return code == ErrorCode::kNotWritable; },
                      [&] {
                        journal.add("b.png", hash);
                        fuzz::check(FileJournal(folder.path()).lists("b.png", hash));
                      });
  folder.remove(kJournalName);
  return 0;
}

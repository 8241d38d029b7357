#include "base/notes.h"

#include <mutex>
#include <set>
#include <utility>

#include "base/process_state.h"

namespace relprompt {
namespace {

struct Notes {
  std::mutex mutex;
  NoteListener listener;
  std::set<std::string> told;
};

Notes& notes() {
  return process_wide<Notes>("notes");
}

}  // namespace

void set_note_listener(NoteListener listener) {
  const std::lock_guard<std::mutex> lock(notes().mutex);
  notes().listener = std::move(listener);
  notes().told.clear();
}

void note(const std::string& text) {
  const std::lock_guard<std::mutex> lock(notes().mutex);
  if (notes().listener && notes().told.insert(text).second) notes().listener(text);
}

}  // namespace relprompt

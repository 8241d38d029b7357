#include "base/notes.h"

#include <mutex>
#include <set>
#include <utility>

namespace relprompt {
namespace {

struct Notes {
  std::mutex mutex;
  NoteListener listener;
  std::set<std::string> told;
};

/// Never destroyed: threads may outlive global objects.
Notes& notes() {
  static auto* const all = new Notes;
  return *all;
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

// What the library noticed, dealt with by itself, and still wants to tell a person: a damaged cache, say,
// that is made again. The library prints nothing; the program listens and prints.
#pragma once

#include <functional>
#include <string>

namespace relprompt {

using NoteListener = std::function<void(const std::string& text)>;

/// Sends the notes of the whole process to the listener from now on; an empty one (the default) drops them.
/// It may be called on any thread, one call at a time.
void set_note_listener(NoteListener listener);

/// Tells the listener, once a text: what happens to every image is said for the first one only.
void note(const std::string& text);

}  // namespace relprompt

// Objects that a process has one of, however many copies of this code it holds.
//
// The program, librelprompt and librelprompt-torch each contain their own copy of base, hidden from the
// others. What describes the process as a whole (its temporary files, who listens to notes, which files are
// mapped) must not be there three times: a program that removes its temporaries before it ends would miss
// those of the library. Whoever loads or links another copy therefore hands its objects over, before that
// copy has used any.
#pragma once

namespace relprompt {

struct ProcessState;

/// The objects of this copy of the code, to hand to another copy of the same build.
ProcessState* process_state();

/// From now on this copy uses these objects. Call it before anything else of this copy runs.
void adopt_process_state(ProcessState* state);

/// The object of this name, made by the first copy that asks for it; never destroyed.
void* process_object(const char* name, void* (*make)());

/// The same with its type. T must be the same in all copies.
template <class T>
T& process_wide(const char* name) {
  static T* const object = static_cast<T*>(process_object(name, []() -> void* { return new T; }));
  return *object;
}

}  // namespace relprompt

#include "base/process_state.h"

#include <atomic>
#include <map>
#include <mutex>
#include <string>

namespace relprompt {

struct ProcessState {
  std::mutex mutex;
  std::map<std::string, void*> objects;
};

namespace {

std::atomic<ProcessState*> adopted{nullptr};

}  // namespace

ProcessState* process_state() {
  if (auto* const state = adopted.load()) return state;
  static auto* const own = new ProcessState;  // never destroyed: threads may outlive global objects
  return own;
}

void adopt_process_state(ProcessState* state) {
  adopted = state;
}

void* process_object(const char* name, void* (*make)()) {
  auto& state = *process_state();
  const std::lock_guard<std::mutex> lock(state.mutex);
  auto& object = state.objects[name];
  if (object == nullptr) object = make();
  return object;
}

}  // namespace relprompt

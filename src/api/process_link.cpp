#include "relprompt/export.h"

#include "base/process_state.h"

extern "C" RELPROMPT_API relprompt::ProcessState* relprompt_process_state() {
  return relprompt::process_state();
}

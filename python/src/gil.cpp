#include "gil.h"

#include <unistd.h>

namespace relprompt::python {
namespace {

bool interpreter_is_ending() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

}  // namespace

PyThreadState* give_gil() {
  return interpreter_is_ending() ? nullptr : PyEval_SaveThread();
}

void take_gil(PyThreadState* state) {
  if (state == nullptr) return;
  while (interpreter_is_ending()) ::pause();  // the process ends soon, and this thread with it
  PyEval_RestoreThread(state);
}

}  // namespace relprompt::python

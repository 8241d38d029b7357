// relprompt._core: the extension module of the Python package.
#include "relprompt/version.h"

#include "bindings.h"

PYBIND11_MODULE(_core, module) {
  using namespace relprompt::python;
  module.doc() = "The C++ library behind relprompt; use the package's own classes.";
  module.attr("__version__") = RELPROMPT_VERSION;
  bind_errors(module);  // first: it knows how the others fail
  bind_options(module);
  bind_classes(module);
  bind_images(module);
  bind_model(module);
  bind_result(module);
  bind_segmenter(module);
  bind_outputs(module);
  bind_report(module);
}

// Class lists and templates.
#include "relprompt/classes.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "bindings.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;

std::vector<std::string> titles_of(const ClassList& classes) {
  std::vector<std::string> titles;
  for (std::size_t label = 0; label < classes.size(); ++label) titles.push_back(classes.title(label));
  return titles;
}

std::vector<std::pair<std::string, std::string>> vocabulary_names() {
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto& known : vocabularies()) names.emplace_back(known.name, known.description);
  return names;
}

/// Classes that only have titles: their embeddings come ready-made.
ClassList titled_classes(const std::vector<std::string>& titles) {
  ClassList classes;
  for (const auto& title : titles) classes.names.push_back({title});
  return classes;
}

}  // namespace

void bind_classes(py::module_& module) {
  py::class_<ClassList>(module, "ClassList")
      .def_property_readonly("names", [](const ClassList& own) { return own.names; })
      .def_property_readonly("titles", titles_of)
      .def_property_readonly("seen", [](const ClassList& own) { return own.seen; })
      .def_property_readonly("background", [](const ClassList& own) { return own.background; })
      .def_property_readonly("contrast", [](const ClassList& own) { return own.contrast; })
      .def("__len__", &ClassList::size);
  module.def("parse_class_list", &parse_class_list, py::arg("text"));
  module.def("read_class_file", &read_class_file, py::arg("path"));
  module.def("titled_classes", titled_classes, py::arg("titles"));
  module.def("vocabulary_names", vocabulary_names, "Name and description of every built-in list.");
  module.def(
      "vocabulary", [](const std::string& name) { return vocabulary(name).classes; }, py::arg("name"));
  module.def("named_templates", &named_templates, py::arg("name_or_path"));
}

}  // namespace relprompt::python

// STEM.json: include/relprompt/report.h.
#include "relprompt/report.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "bindings.h"
#include "session.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;
namespace fs = std::filesystem;

/// The text of STEM.json. @param files kind and name of what was written beside it
std::string report(Session& session, const std::shared_ptr<Image>& image, const std::shared_ptr<Found>& found,
                   const SegmentOptions& protocol, const DecodeOptions& decode, const fs::path& path,
                   const std::string& sha256, const std::vector<std::pair<std::string, std::string>>& files) {
  ReportSettings settings;
  settings.model = session.model->place;
  settings.model_options = session.model->options;
  settings.classes = session.classes;
  settings.text = session.text;
  settings.decode = decode;
  settings.protocol = protocol;
  ReportedImage about;
  about.path = path;
  about.sha256 = sha256;
  about.files = files;
  return session.thread.run(
      [segmenter = session.segmenter, settings, about, image, found](const std::atomic<bool>&) {
        return Reporter(*segmenter, settings).report(about, *image, found->result);
      });
}

}  // namespace

void bind_report(py::module_& module) {
  module.def("report", report, py::arg("session"), py::arg("image"), py::arg("found"), py::arg("protocol"),
             py::arg("decode"), py::arg("path"), py::arg("sha256"), py::arg("files"));
}

}  // namespace relprompt::python

// Drawing and writing what was found: include/relprompt/output.h and report.h.
#include <cstring>

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "relprompt/output.h"
#include "relprompt/report.h"

#include "arrays.h"
#include "bindings.h"
#include "gil.h"
#include "session.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;
namespace fs = std::filesystem;

/// IEEE half precision, which is exact in single precision.
float from_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1Fu, fraction = half & 0x3FFu;
  float value = 0;
  if (exponent == 0) {
    value = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  const std::uint32_t bits = sign | wide << 23 | fraction << 13;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

void save_scores(const fs::path& path, const Found& found) {
  const auto& map = found.result.labels;
  const std::size_t pixels = map.labels.size(), classes = found.result.pixels.size();
  ScoreFile file(path, classes, map.height, map.width);
  std::vector<float> plane(pixels);
  for (std::size_t label = 0; label < classes; ++label) {
    for (std::size_t i = 0; i < pixels; ++i) plane[i] = from_half(found.scores[label * pixels + i]);
    file.append(plane.data(), 1);
  }
  file.commit(map);
}

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

std::shared_ptr<Image> overlay(const Image& image, const Found& found, const ClassList& classes,
                               const OverlayOptions& options) {
  return std::make_shared<Image>(draw_overlay(image, found.result.labels, classes, options));
}

void save_labels(const fs::path& path, const Found& found) {
  write_labels(path, found.result.labels, found.result.pixels.size());
}

void save_palette(const fs::path& path, const Found& found) {
  write_palette(path, found.result.labels, found.result.pixels.size());
}

void save_overlay(const fs::path& path, const Image& image, const Found& found, const ClassList& classes) {
  write_overlay(path, image, found.result.labels, classes);
}

}  // namespace

void bind_outputs(py::module_& module) {
  module.def("class_color", &class_color, py::arg("label"));
  module.def("unknown_label", &unknown_label, py::arg("classes"));
  module.def("draw_overlay", freely(overlay), py::arg("image"), py::arg("found"), py::arg("classes"),
             py::arg("options"));
  module.def("write_labels", freely(save_labels), py::arg("path"), py::arg("found"));
  module.def("write_palette", freely(save_palette), py::arg("path"), py::arg("found"));
  module.def("write_overlay", freely(save_overlay), py::arg("path"), py::arg("image"), py::arg("found"),
             py::arg("classes"));
  module.def("write_scores", freely(save_scores), py::arg("path"), py::arg("found"));
  module.def("write_text", freely(write_text), py::arg("path"), py::arg("text"));
  module.def("report", report, py::arg("session"), py::arg("image"), py::arg("found"), py::arg("protocol"),
             py::arg("decode"), py::arg("path"), py::arg("sha256"), py::arg("files"));
}

}  // namespace relprompt::python

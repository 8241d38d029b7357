// The option structs of include/relprompt/options.h as plain objects with the same fields.
#include "relprompt/options.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "bindings.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;

void bind_enums(py::module_& module) {
  py::enum_<NameRule>(module, "NameRule")
      .value("BY_MODEL", NameRule::kByModel)
      .value("AVERAGE", NameRule::kAverage)
      .value("MAX", NameRule::kMax);
  py::enum_<WindowMean>(module, "WindowMean")
      .value("BY_MODEL", WindowMean::kByModel)
      .value("PROBABILITIES", WindowMean::kProbabilities)
      .value("LOGITS", WindowMean::kLogits);
  py::enum_<Refinement>(module, "Refinement")
      .value("BY_MODEL", Refinement::kByModel)
      .value("NONE", Refinement::kNone)
      .value("PAMR", Refinement::kPamr);
}

void bind_model_options(py::module_& module) {
  py::class_<ModelOptions>(module, "ModelOptions")
      .def(py::init<>())
      .def_readwrite("device", &ModelOptions::device)
      .def_readwrite("precision", &ModelOptions::precision)
      .def_readwrite("threads", &ModelOptions::threads)
      .def_readwrite("vocab", &ModelOptions::vocab)
      .def_readwrite("training_free", &ModelOptions::training_free)
      .def_readwrite("head", &ModelOptions::head)
      .def_readwrite("pack_cache", &ModelOptions::pack_cache)
      .def_property(
          "heads", [](const ModelOptions& own) { return own.towers.heads; },
          [](ModelOptions& own, int heads) { own.towers.heads = heads; })
      .def_property(
          "text_heads", [](const ModelOptions& own) { return own.towers.text_heads; },
          [](ModelOptions& own, int heads) { own.towers.text_heads = heads; })
      .def_property(
          "activation", [](const ModelOptions& own) { return own.towers.activation; },
          [](ModelOptions& own, const std::string& name) { own.towers.activation = name; });
}

void bind_text_options(py::module_& module) {
  py::class_<TextOptions>(module, "TextOptions")
      .def(py::init<>())
      .def_readwrite("templates", &TextOptions::templates)
      .def_readwrite("truncate", &TextOptions::truncate)
      .def_readwrite("names", &TextOptions::names)
      .def_readwrite("use_cache", &TextOptions::use_cache);
  py::class_<BackgroundOptions>(module, "BackgroundOptions")
      .def(py::init<>())
      .def_readwrite("background", &BackgroundOptions::background)
      .def_readwrite("contrast", &BackgroundOptions::contrast);
}

void bind_image_options(py::module_& module) {
  py::class_<DecodeOptions>(module, "DecodeOptions")
      .def(py::init<>())
      .def_readwrite("bands", &DecodeOptions::bands)
      .def_readwrite("max_decoded_pixels", &DecodeOptions::max_decoded_pixels)
      .def("set_range", [](DecodeOptions& own, double min, double max) {
        own.range = SampleRange{min, max};
      });
  py::class_<OverlayOptions>(module, "OverlayOptions")
      .def(py::init<>())
      .def_readwrite("alpha", &OverlayOptions::alpha)
      .def_readwrite("contours", &OverlayOptions::contours)
      .def_readwrite("legend", &OverlayOptions::legend)
      .def_readwrite("region_names", &OverlayOptions::region_names)
      .def_readwrite("min_side", &OverlayOptions::min_side);
  py::class_<OutputOptions>(module, "OutputOptions")
      .def(py::init<>())
      .def_readwrite("simplify", &OutputOptions::simplify)
      .def_readwrite("min_polygon", &OutputOptions::min_polygon);
}

void bind_segment_options(py::module_& module) {
  py::class_<SegmentOptions>(module, "SegmentOptions")
      .def(py::init<>())
      .def_readwrite("short_side", &SegmentOptions::short_side)
      .def_readwrite("window", &SegmentOptions::window)
      .def_readwrite("stride", &SegmentOptions::stride)
      .def_readwrite("window_batch", &SegmentOptions::window_batch)
      .def_readwrite("logit_scale", &SegmentOptions::logit_scale)
      .def_readwrite("mean", &SegmentOptions::mean)
      .def_readwrite("seen", &SegmentOptions::seen)
      .def_readwrite("calibration", &SegmentOptions::calibration)
      .def_readwrite("unknown_threshold", &SegmentOptions::unknown_threshold)
      .def_readwrite("min_area", &SegmentOptions::min_area)
      .def_readwrite("refine", &SegmentOptions::refine)
      .def_readwrite("scales", &SegmentOptions::scales)
      .def_readwrite("flip", &SegmentOptions::flip)
      .def_readwrite("max_pixels", &SegmentOptions::max_pixels)
      .def("add_class_threshold", [](SegmentOptions& own, std::size_t label, float threshold) {
        own.class_thresholds.push_back({label, threshold});
      });
}

}  // namespace

void bind_options(py::module_& module) {
  bind_enums(module);
  bind_model_options(module);
  bind_text_options(module);
  bind_image_options(module);
  bind_segment_options(module);
  module.attr("WHOLE_IMAGE") = kWholeImage;
}

}  // namespace relprompt::python

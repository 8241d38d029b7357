// Sessions: classes for a model, and images through it.
#include "relprompt/segmenter.h"

#include <optional>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "relprompt/scores.h"

#include "bindings.h"
#include "session.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;

using Rows = py::array_t<float, py::array::c_style>;
using MaybeStopped = const std::atomic<bool>&;

std::shared_ptr<Session> session_of(std::shared_ptr<OpenModel> model) {
  auto session = std::make_shared<Session>();
  session->model = std::move(model);
  return session;
}

std::shared_ptr<Session> by_names(const std::shared_ptr<OpenModel>& model, const ClassList& classes,
                                  const TextOptions& text, const BackgroundOptions& background) {
  auto session = session_of(model);
  session->classes = model->model.complete(classes, background);
  session->text = text;
  session->segmenter = session->thread.run([model, classes = session->classes, text](MaybeStopped) {
    return std::make_shared<Segmenter>(model->model, ClassSet(model->model, classes, text));
  });
  return session;
}

/// @param rows [class, E]
std::shared_ptr<Session> by_embeddings(const std::shared_ptr<OpenModel>& model, const Rows& rows,
                                       const ClassList& classes) {
  if (rows.ndim() != 2 || rows.shape(0) != static_cast<py::ssize_t>(classes.size())) {
    throw py::value_error("expected a row for each class");
  }
  auto session = session_of(model);
  session->classes = classes;
  session->embedded = true;
  std::vector<float> own(rows.data(), rows.data() + rows.size());
  session->segmenter =
      session->thread.run([model, own = std::move(own), count = classes.size()](MaybeStopped) {
        return std::make_shared<Segmenter>(model->model, ClassSet(model->model, own.data(), count));
      });
  return session;
}

/// Ends between windows where nobody waits for the result any more.
std::shared_ptr<Found> segment(Segmenter& segmenter, const Image& image, const SegmentOptions& options,
                               bool with_scores, MaybeStopped stopped) {
  const WindowProgress wanted = [&](int, int) { return !stopped; };
  auto found = std::make_shared<Found>();
  if (!with_scores) {
    found->result = segmenter.segment(image, options, {}, wanted);
    return found;
  }
  HalfScores scores(segmenter.class_count(), image.height, image.width);
  found->result = segmenter.segment(image, options, scores.sink(), wanted);
  found->scores = scores.finish(found->result.labels);
  return found;
}

std::shared_ptr<Found> run(Session& session, const std::shared_ptr<Image>& image,
                           const SegmentOptions& options, bool scores) {
  return session.thread.run([segmenter = session.segmenter, image, options, scores](MaybeStopped stopped) {
    return segment(*segmenter, *image, options, scores, stopped);
  });
}

}  // namespace

void bind_segmenter(py::module_& module) {
  py::class_<Session, std::shared_ptr<Session>>(module, "Session")
      .def_readonly("classes", &Session::classes)
      .def_property_readonly("unknown_words",
                             [](const Session& own) { return own.segmenter->unknown_words(); })
      .def(
          "check", [](const Session& own, const SegmentOptions& options) { own.segmenter->resolve(options); },
          py::arg("options"))
      .def("segment", run, py::arg("image"), py::arg("options"), py::arg("scores"));
  module.def("session_by_names", by_names, py::arg("model"), py::arg("classes"), py::arg("text"),
             py::arg("background"));
  module.def("session_by_embeddings", by_embeddings, py::arg("model"), py::arg("rows").noconvert(),
             py::arg("classes"));
}

}  // namespace relprompt::python

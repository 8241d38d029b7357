// Opening a model: a path, or a name on a hub, which is fetched first.
#include <mutex>

#include <pybind11/functional.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "relprompt/hub.h"

#include "bindings.h"
#include "session.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;

/// How far a download is, handed from the computing thread to the one that waits.
class SharedProgress {
 public:
  void set(const HubProgress& now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
  }
  HubProgress get() {
    const std::lock_guard lock(mutex_);
    return now_;
  }

 private:
  std::mutex mutex_;
  HubProgress now_;
};

using Show = std::function<void(const std::string&, std::uint64_t, std::uint64_t)>;

/// @param show gets file, bytes that are here and bytes in all while something is fetched; may be empty
std::shared_ptr<OpenModel> open_model(const std::filesystem::path& path, const ModelOptions& options,
                                      bool offline, const Show& show) {
  ComputeThread thread;
  const std::string place = path.string();
  const auto progress = std::make_shared<SharedProgress>();
  const auto tick = [&] {
    const auto now = progress->get();
    if (show && now.bytes > 0) show(now.file, now.done, now.bytes);
  };
  return thread.run(
      [place, options, offline, progress](const std::atomic<bool>& stopped) {
        HubOptions hub;
        hub.offline = offline;
        hub.progress = [&](const HubProgress& now) {
          progress->set(now);
          return !stopped;
        };
        return std::make_shared<OpenModel>(OpenModel{place, options, Model(find_model(place, hub), options)});
      },
      tick);
}

}  // namespace

void bind_model(py::module_& module) {
  py::class_<OpenModel, std::shared_ptr<OpenModel>>(module, "Model")
      .def_property_readonly("place", [](const OpenModel& own) { return std::filesystem::path(own.place); })
      .def_readonly("options", &OpenModel::options)
      .def_property_readonly("joint_width", [](const OpenModel& own) { return own.model.joint_width(); })
      .def_property_readonly("notes", [](const OpenModel& own) { return own.model.notes(); })
      .def_property_readonly(
          "hash", [](const OpenModel& own) { return without_gil([&] { return own.model.hash(); }); })
      .def_property_readonly("variant", [](const OpenModel& own) { return own.model.variant(); })
      .def_property_readonly("head", [](const OpenModel& own) { return own.model.head(); });
  module.def("open_model", open_model, py::arg("place"), py::arg("options"), py::arg("offline"),
             py::arg("show"));
  module.def("dense_head_names", &dense_head_names);
}

}  // namespace relprompt::python

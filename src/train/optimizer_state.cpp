#include "train/optimizer_state.h"

#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/quote.h"
#include "archive/safetensors.h"
#include "base/json_read.h"
#include "base/paths.h"
#include "base/short_list.h"
#include "kernels/magnitude.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

// The state names every trained parameter, and the identity of the run.
constexpr JsonRules kStateJson = {ErrorCode::kBadHeader, std::size_t{16} << 20, 1'000'000,
                                  std::size_t{1} << 20, "it is damaged, or no checkpoint of a training run"};

struct Slot {
  std::string name;
  torch::Tensor value;
};

using Moments = std::remove_reference_t<decltype(std::declval<torch::optim::AdamW&>().state())>;

/// LibTorch 1 names a parameter's moments by its address as text, LibTorch 2 by the address.
template <typename Key = Moments::key_type>
Key key_of(const torch::Tensor& parameter) {
  if constexpr (std::is_pointer_v<Key>) {
    return parameter.unsafeGetTensorImpl();
  } else {
    std::ostringstream address;
    address << parameter.unsafeGetTensorImpl();
    return address.str();
  }
}

torch::optim::AdamWParamState* moments_of(torch::optim::AdamW& optimizer, const torch::Tensor& parameter) {
  const auto found = optimizer.state().find(key_of(parameter));
  if (found == optimizer.state().end()) return nullptr;
  return static_cast<torch::optim::AdamWParamState*>(found->second.get());
}

/// The copy of a file's tensor; throws if it is missing or of another shape.
class StateReader {
 public:
  StateReader(const archive::TensorArchive& archive, const fs::path& file) : archive_(archive), file_(file) {}

  torch::Tensor read(const std::string& name, const torch::Tensor& like) {
    const auto* view = archive_.find(name);
    used_.insert(name);
    if (view == nullptr || view->dtype != archive::DType::kF32 || view->shape != like.sizes().vec()) {
      wrong_.push_back(archive::quote(name));
      return {};
    }
    auto value = torch::empty(like.sizes(), torch::kFloat32);
    std::memcpy(value.data_ptr(), view->data, view->bytes);
    if (!std::isfinite(kernels::largest_magnitude(value.data_ptr<float>(), value.numel()))) {
      throw Error(ErrorCode::kTensorMismatch,
                  fmt::format("{}: the tensor {} holds NaN or infinite numbers", file_.string(), name),
                  "the file is damaged or the training diverged; start a new run");
    }
    return value;
  }

  void finish() {
    for (const auto& view : archive_.tensors()) {
      if (used_.count(view.name) == 0) wrong_.push_back(archive::quote(view.name));
    }
    if (wrong_.empty()) return;
    throw Error(
        ErrorCode::kTensorMismatch,
        fmt::format("{}: missing, unexpected or misshapen for the model of this run: {}", file_.string(),
                    short_list(wrong_)),
        "the config's `model` section belongs to another architecture than this checkpoint; start a new "
        "run for it");
  }

 private:
  const archive::TensorArchive& archive_;
  const fs::path& file_;
  std::set<std::string> used_;
  std::vector<std::string> wrong_;
};

struct Restored {
  torch::Tensor parameter, value, average, square;
  std::int64_t step = 0;
};

std::vector<Restored> read_all(const archive::TensorArchive& archive, const fs::path& file,
                               const nlohmann::json& steps, const std::vector<ParameterGroup>& groups) {
  std::vector<Restored> all;
  StateReader reader(archive, file);
  for (const auto& group : groups) {
    for (const auto& [name, parameter] : group.parameters) {
      Restored one;
      one.parameter = parameter;
      one.value = reader.read(name, parameter);
      if (steps.contains(name) && steps[name].is_number_integer()) {
        one.step = steps[name].get<std::int64_t>();
        one.average = reader.read(name + ".exp_avg", parameter);
        one.square = reader.read(name + ".exp_avg_sq", parameter);
      }
      all.push_back(one);
    }
  }
  reader.finish();
  return all;
}

void put_back(const std::vector<Restored>& all, torch::optim::AdamW& optimizer) {
  const torch::NoGradGuard no_grad;
  for (const auto& one : all) {
    const auto device = one.parameter.device();
    one.parameter.copy_(one.value);
    if (!one.average.defined()) continue;
    auto moments = std::make_unique<torch::optim::AdamWParamState>();
    moments->step(one.step);
    moments->exp_avg(one.average.to(device));
    moments->exp_avg_sq(one.square.to(device));
    optimizer.state()[key_of(one.parameter)] = std::move(moments);
  }
}

}  // namespace

void save_optimizer_state(const fs::path& file, const std::string& format,
                          const std::vector<ParameterGroup>& groups, torch::optim::AdamW& optimizer,
                          nlohmann::json state) {
  std::vector<Slot> slots;
  std::map<std::string, std::int64_t> steps;
  for (const auto& group : groups) {
    for (const auto& [name, value] : group.parameters) {
      slots.push_back({name, value.detach().to(torch::kCPU).contiguous()});
      const auto* moments = moments_of(optimizer, value);
      if (moments == nullptr) continue;
      steps[name] = moments->step();
      slots.push_back({name + ".exp_avg", moments->exp_avg().to(torch::kCPU).contiguous()});
      slots.push_back({name + ".exp_avg_sq", moments->exp_avg_sq().to(torch::kCPU).contiguous()});
    }
  }
  std::vector<archive::TensorView> views;
  views.reserve(slots.size());
  for (const auto& slot : slots) {
    views.push_back({slot.name, archive::DType::kF32, slot.value.sizes().vec(),
                     static_cast<const std::byte*>(slot.value.data_ptr()), slot.value.nbytes()});
  }
  state["steps"] = steps;
  archive::write_safetensors(file, views, {{"format", format}, {"state", state.dump()}});
}

bool load_optimizer_state(const fs::path& file, const std::string& format,
                          const std::vector<ParameterGroup>& groups, torch::optim::AdamW& optimizer,
                          const std::function<void(const nlohmann::json& state)>& accept) {
  // One that cannot be looked at must not be taken for none: the run would start again.
  if (!path_exists(file) && path_problem(file).empty()) return false;
  const auto archive = archive::open_safetensors(file);
  const auto& metadata = archive->metadata();
  const auto found = metadata.find("format"), text = metadata.find("state");
  if (found == metadata.end() || found->second != format || text == metadata.end()) {
    throw Error(ErrorCode::kBadHeader, fmt::format("{}: no checkpoint of a training run", file.string()));
  }
  const auto state = read_json(text->second, file.string() + ": state", kStateJson);
  if (!state.is_object()) {
    throw Error(ErrorCode::kBadHeader, fmt::format("{}: no state in it that could be read", file.string()),
                kStateJson.hint);
  }
  const auto all = read_all(*archive, file, state.value("steps", nlohmann::json::object()), groups);
  accept(state);
  put_back(all, optimizer);
  return true;
}

}  // namespace relprompt::train

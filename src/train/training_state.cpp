#include "train/training_state.h"

#include <cstring>
#include <map>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "base/json_fields.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "relprompt training state 1";

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
    return c10::guts::to_string(parameter.unsafeGetTensorImpl());
  }
}

torch::optim::AdamWParamState* moments_of(torch::optim::AdamW& optimizer, const torch::Tensor& parameter) {
  const auto found = optimizer.state().find(key_of(parameter));
  if (found == optimizer.state().end()) return nullptr;
  return static_cast<torch::optim::AdamWParamState*>(found->second.get());
}

nlohmann::json to_json(const RunState& state, const std::map<std::string, std::int64_t>& steps) {
  return {{"done", state.done},
          {"best_score", state.best_score ? nlohmann::json(*state.best_score) : nlohmann::json()},
          {"best_iteration", state.best_iteration},
          {"skipped", state.skipped},
          {"log_bytes", state.log_bytes},
          {"text_bytes", state.text_bytes},
          {"identity", state.identity},
          {"steps", steps}};
}

/// The copy of a file's tensor; throws if it is missing or of another shape.
class StateReader {
 public:
  StateReader(const archive::TensorArchive& archive, const fs::path& file) : archive_(archive), file_(file) {}

  torch::Tensor read(const std::string& name, const torch::Tensor& like) {
    const auto* view = archive_.find(name);
    used_.insert(name);
    if (view == nullptr || view->dtype != archive::DType::kF32 || view->shape != like.sizes().vec()) {
      wrong_.push_back(name);
      return {};
    }
    auto value = torch::empty(like.sizes(), torch::kFloat32);
    std::memcpy(value.data_ptr(), view->data, view->bytes);
    return value;
  }

  void finish() {
    for (const auto& view : archive_.tensors()) {
      if (used_.count(view.name) == 0) wrong_.push_back(view.name);
    }
    if (wrong_.empty()) return;
    throw Error(
        ErrorCode::kTensorMismatch,
        fmt::format("{}: missing, unexpected or misshapen for the model of this run: {}", file_.string(),
                    fmt::join(wrong_, ", ")),
        "the config's `model` section belongs to another architecture than this checkpoint; start a new "
        "run for it");
  }

 private:
  const archive::TensorArchive& archive_;
  const fs::path& file_;
  std::set<std::string> used_;
  std::vector<std::string> wrong_;
};

RunState parse_state(const std::string& text, const fs::path& file, nlohmann::json& steps) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    throw Error(ErrorCode::kBadHeader, fmt::format("{}: no state in it that could be read", file.string()),
                "it is damaged, or no checkpoint of a training run");
  }
  JsonFields fields(json, file.string());
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  RunState state;
  state.done = fields.integer("done", 0, 0, kMost);
  if (fields.has("best_score")) state.best_score = fields.number("best_score", 0, 0, 1);
  state.best_iteration = fields.integer("best_iteration", 0, 0, kMost);
  state.skipped = static_cast<std::uint64_t>(fields.integer("skipped", 0, 0, kMost));
  state.log_bytes = static_cast<std::uint64_t>(fields.integer("log_bytes", 0, 0, kMost));
  state.text_bytes = static_cast<std::uint64_t>(fields.integer("text_bytes", 0, 0, kMost));
  state.identity = fields.text("identity", "");
  steps = json.value("steps", nlohmann::json::object());
  return state;
}

}  // namespace

void save_state(const fs::path& file, Trainer& trainer, const RunState& state) {
  std::vector<Slot> slots;
  std::map<std::string, std::int64_t> steps;
  for (const auto& group : trainer.groups()) {
    for (const auto& [name, value] : group.parameters) {
      slots.push_back({name, value.detach().to(torch::kCPU).contiguous()});
      const auto* moments = moments_of(trainer.optimizer(), value);
      if (moments == nullptr) continue;
      steps[name] = moments->step();
      slots.push_back({name + ".exp_avg", moments->exp_avg().to(torch::kCPU).contiguous()});
      slots.push_back({name + ".exp_avg_sq", moments->exp_avg_sq().to(torch::kCPU).contiguous()});
    }
  }
  std::vector<archive::TensorView> views;
  for (const auto& slot : slots) {
    views.push_back({slot.name, archive::DType::kF32, slot.value.sizes().vec(),
                     static_cast<const std::byte*>(slot.value.data_ptr()), slot.value.nbytes()});
  }
  archive::write_safetensors(file, views, {{"format", kFormat}, {"state", to_json(state, steps).dump()}});
}

std::optional<RunState> load_state(const fs::path& file, Trainer& trainer, const std::string& identity) {
  if (!fs::exists(file)) return std::nullopt;
  const auto archive = archive::open_safetensors(file);
  const auto& metadata = archive->metadata();
  const auto format = metadata.find("format"), text = metadata.find("state");
  if (format == metadata.end() || format->second != kFormat || text == metadata.end()) {
    throw Error(ErrorCode::kBadHeader, fmt::format("{}: no checkpoint of a training run", file.string()));
  }
  nlohmann::json steps;
  const auto state = parse_state(text->second, file, steps);

  struct Restored {
    torch::Tensor parameter, value, average, square;
    std::int64_t step = 0;
  };
  std::vector<Restored> all;
  StateReader reader(*archive, file);
  for (const auto& group : trainer.groups()) {
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
  if (state.identity != identity) {
    throw Error(ErrorCode::kBadModelConfig,
                fmt::format("{}: made with other settings than the run's config.yaml has now", file.string()),
                "restore config.yaml, or start a new run");
  }
  const torch::NoGradGuard no_grad;
  for (auto& one : all) {
    const auto device = one.parameter.device();
    one.parameter.copy_(one.value);
    if (!one.average.defined()) continue;
    auto moments = std::make_unique<torch::optim::AdamWParamState>();
    moments->step(one.step);
    moments->exp_avg(one.average.to(device));
    moments->exp_avg_sq(one.square.to(device));
    trainer.optimizer().state()[key_of(one.parameter)] = std::move(moments);
  }
  return state;
}

}  // namespace relprompt::train

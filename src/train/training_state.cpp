#include "train/training_state.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_fields.h"
#include "train/optimizer_state.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "relprompt training state 1";

nlohmann::json to_json(const RunState& state) {
  return {{"done", state.done},
          {"best_score", state.best_score ? nlohmann::json(*state.best_score) : nlohmann::json()},
          {"best_iteration", state.best_iteration},
          {"skipped", state.skipped},
          {"log_bytes", state.log_bytes},
          {"text_bytes", state.text_bytes},
          {"identity", state.identity}};
}

RunState parse_state(const nlohmann::json& json, const fs::path& file) {
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
  return state;
}

}  // namespace

void save_state(const fs::path& file, Trainer& trainer, const RunState& state) {
  save_optimizer_state(file, kFormat, trainer.groups(), trainer.optimizer(), to_json(state));
}

std::optional<RunState> load_state(const fs::path& file, Trainer& trainer,
                                   const std::vector<std::string>& identities) {
  RunState state;
  const auto accept = [&](const nlohmann::json& json) {
    state = parse_state(json, file);
    if (std::find(identities.begin(), identities.end(), state.identity) != identities.end()) return;
    throw Error(ErrorCode::kBadModelConfig,
                fmt::format("{}: made with other settings than the run's config.yaml has now", file.string()),
                "restore config.yaml, or start a new run");
  };
  if (!load_optimizer_state(file, kFormat, trainer.groups(), trainer.optimizer(), accept))
    return std::nullopt;
  return state;
}

}  // namespace relprompt::train

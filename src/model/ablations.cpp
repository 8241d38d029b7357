#include "model/ablations.h"

#include <nlohmann/json.hpp>

#include "base/json_read.h"

namespace relprompt::model {
namespace {

using Json = nlohmann::ordered_json;

Json prompts_of(const ModelConfig& config) {
  return reread_json(to_json(config)).at("prompts");
}

/// Compares what config.json would say, so that no key can be forgotten here.
void list_changes(const Json& found, const Json& plain, const std::string& prefix,
                  std::vector<std::string>& changes) {
  for (const auto& [key, value] : found.items()) {
    if (value == plain.at(key)) continue;
    if (value.is_object()) {
      list_changes(value, plain.at(key), prefix + key + ".", changes);
    } else {
      changes.push_back(prefix + key + " " + (value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
}

}  // namespace

std::vector<std::string> ablations_of(const ModelConfig& config) {
  if (!config.prompts) return {};
  ModelConfig plain = config;
  plain.prompts.emplace();
  plain.prompts->peft = config.prompts->peft;
  plain.prompts->rpm.variant = config.prompts->rpm.variant;
  plain.prompts->rpm.knowledge_grid = config.prompts->rpm.knowledge_grid;
  plain.prompts->rpm.visual_prompt_tokens = config.prompts->rpm.visual_prompt_tokens;
  std::vector<std::string> changes;
  list_changes(prompts_of(config), prompts_of(plain), "", changes);
  return changes;
}

}  // namespace relprompt::model

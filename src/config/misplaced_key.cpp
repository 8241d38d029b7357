#include "config/misplaced_key.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "config/document.h"
#include "config/run_config.h"
#include "config/yaml.h"

namespace relprompt::config {
namespace {

using Names = std::pair<std::string_view, const char*>;

/// What other training programs call a key.
constexpr std::array kOtherNames = {Names{"lr", "optimizer.rate"},
                                    Names{"learning_rate", "optimizer.rate"},
                                    Names{"base_lr", "optimizer.rate"},
                                    Names{"wd", "optimizer.weight_decay"},
                                    Names{"batch_size", "train.batch"},
                                    Names{"bs", "train.batch"},
                                    Names{"epochs", "train.iterations"},
                                    Names{"steps", "train.iterations"},
                                    Names{"iters", "train.iterations"},
                                    Names{"max_iter", "train.iterations"},
                                    Names{"max_iters", "train.iterations"},
                                    Names{"warmup", "train.warmup_iterations"},
                                    Names{"workers", "train.loader_threads"},
                                    Names{"num_workers", "train.loader_threads"},
                                    Names{"amp", "train.precision"},
                                    Names{"crop_size", "augment.crop"}};

std::string lower(std::string text) {
  for (char& c : text) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

std::string place_of_key(const std::string& key) {
  const std::string wanted = lower(key);
  for (const auto& [name, place] : kOtherNames) {
    if (name == wanted) return place;
  }
  // The config written out has every key of every section.
  static const nlohmann::json written = parse_yaml(to_yaml(RunConfig()), "the config's own defaults");
  for (const char* section :
       {"train", "optimizer", "loss", "augment", "test", "self_training", "model", "data", "paths"}) {
    if (written.contains(section) && written[section].is_object() && written[section].contains(wanted)) {
      return fmt::format("{}.{}", section, wanted);
    }
  }
  return "";
}

void refuse_misplaced_keys(const nlohmann::json& document, const std::string& source) {
  for (const auto& [key, value] : document.items()) {
    if (std::find(sections().begin(), sections().end(), key) != sections().end()) continue;
    const std::string place = place_of_key(key);
    if (place.empty()) continue;
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: unknown key '{}'; did you mean {}?", source, key, place),
                fmt::format("--set {}=VALUE; docs/reference/configs.md has all keys", place));
  }
}

}  // namespace relprompt::config

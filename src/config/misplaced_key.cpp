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

/// The sections whose keys are looked for, those of training first.
constexpr std::array kSections = {"train",         "optimizer", "loss", "augment", "test",
                                  "self_training", "model",     "data", "paths"};

/// The config written out: every key of every section.
const nlohmann::json& written() {
  static const nlohmann::json all = parse_yaml(to_yaml(RunConfig()), "the config's own defaults");
  return all;
}

bool has_key(const char* section, const std::string& key) {
  const auto found = written().find(section);
  return found != written().end() && found->is_object() && found->contains(key);
}

[[noreturn]] void refuse(const std::string& source, const std::string& key, const std::string& place) {
  throw Error(ErrorCode::kBadArgument,
              fmt::format("{}: unknown key '{}'; did you mean {}?", source, key, place),
              fmt::format("--set {}=VALUE; docs/reference/configs.md has all keys", place));
}

/// The same for a section of training, such as "train.lr" and "train.weight_decay".
void refuse_misplaced_in(const char* section, const nlohmann::json& values, const std::string& source) {
  for (const auto& [key, value] : values.items()) {
    if (has_key(section, key)) continue;
    const std::string place = place_of_key(key);
    if (!place.empty()) refuse(source, fmt::format("{}.{}", section, key), place);
  }
}

}  // namespace

std::string place_of_key(const std::string& key) {
  const std::string wanted = lower(key);
  for (const auto& [name, place] : kOtherNames) {
    if (name == wanted) return place;
  }
  for (const char* section : kSections) {
    if (has_key(section, wanted)) return fmt::format("{}.{}", section, wanted);
  }
  return "";
}

void refuse_misplaced_keys(const nlohmann::json& document, const std::string& source) {
  for (const auto& [key, value] : document.items()) {
    if (std::find(sections().begin(), sections().end(), key) != sections().end()) continue;
    const std::string place = place_of_key(key);
    if (!place.empty()) refuse(source, key, place);
  }
  // Other sections have keys that are not written out where they are not set.
  for (const char* section : {"train", "optimizer", "augment"}) {
    const auto found = document.find(section);
    if (found != document.end() && found->is_object()) refuse_misplaced_in(section, *found, source);
  }
}

}  // namespace relprompt::config

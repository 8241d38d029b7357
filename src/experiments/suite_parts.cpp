#include "experiments/suite_parts.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/paths.h"
#include "world/names.h"

namespace relprompt::experiments {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr double kMostPace = 86400;  // seconds an image: a day
constexpr std::int64_t kMostSeed = std::numeric_limits<std::int64_t>::max();

void flatten(const Json& map, const std::string& prefix, std::vector<std::string>& changes) {
  for (const auto& [key, value] : map.items()) {
    if (value.is_object()) {
      flatten(value, prefix + key + ".", changes);
    } else {
      changes.push_back(prefix + key + "=" + value.dump());
    }
  }
}

}  // namespace

fs::path beside(const fs::path& file, const std::string& name) {
  return name.empty() ? fs::path() : absolute_path(file.parent_path() / name).lexically_normal();
}

/// A change of a key that was changed already takes that change's place.
void replace_or_add(std::vector<std::string>& changes, const std::string& change) {
  const auto key = change.substr(0, change.find('=') + 1);
  const auto same = [&](const std::string& other) { return other.compare(0, key.size(), key) == 0; };
  const auto earlier = std::find_if(changes.begin(), changes.end(), same);
  if (earlier == changes.end()) {
    changes.push_back(change);
  } else {
    *earlier = change;
  }
}

std::vector<std::string> read_changes(JsonFields& fields, const Json& object) {
  std::vector<std::string> changes;
  fields.object("set");  // a map, whose keys are those of another config
  if (fields.has("set")) flatten(object.at("set"), "", changes);
  return changes;
}

Conclusion read_conclusion(JsonFields fields, const std::string& where) {
  Conclusion conclusion;
  conclusion.numbers = fields.text("numbers", "");
  conclusion.text = fields.text("text", "");
  fields.finish();
  if (conclusion.numbers.empty() == conclusion.text.empty()) return conclusion;
  refuse(fmt::format("{}: 'conclusion' should have a 'text' and the 'numbers' that it is about", where),
         "experiments.json has them under \"numbers\"");
}

void read_pace(JsonFields& fields, Suite& suite) {
  for (const auto* key : {"training", "test", "machine"}) fields.require(key);
  ExperimentPace pace;
  pace.training = fields.number("training", 0, 0, kMostPace);
  pace.test = fields.number("test", 0, 0, kMostPace);
  suite.pace_machine = fields.text("machine", "");
  fields.finish();
  suite.pace = pace;
}

PaperScores read_reference(JsonFields& fields, const Json& object) {
  constexpr const char* kKey = "reference";
  PaperScores scores;
  const auto found = object.find(kKey);
  if (found == object.end() || !found->is_object()) {
    const double hiou = fields.number(kKey, 0, 0, 100);
    if (fields.has(kKey)) scores.hiou = hiou;
    return scores;
  }
  auto parts = fields.object(kKey);
  const auto read = [&](const char* key, std::optional<double>& score) {
    const double value = parts.number(key, 0, 0, 100);
    if (parts.has(key)) score = value;
  };
  read("miou", scores.miou);
  read("seen", scores.seen);
  read("unseen", scores.unseen);
  read("hiou", scores.hiou);
  read("pacc", scores.pacc);
  parts.finish();
  return scores;
}

const Json& read_list(JsonFields& fields, const Json& object, const char* key, const std::string& where) {
  static const Json kNone = Json::array();
  fields.leave({key});
  if (!fields.has(key)) return kNone;
  const Json& value = object.at(key);
  if (!value.is_array()) refuse(fmt::format("{}: '{}' should be a list", where, key));
  return value;
}

void read_world(JsonFields fields, WorldSpec& world, const std::string& where) {
  const auto count = [&](const char* key, auto& value, std::int64_t low, std::int64_t high) {
    value = static_cast<std::decay_t<decltype(value)>>(
        fields.integer(key, static_cast<std::int64_t>(value), low, high));
  };
  const auto most = static_cast<std::int64_t>(world::kMostScenes / 2);
  count("scenes", world.scenes, 1, most);
  count("validation", world.validation, 1, most);
  count("test", world.test, 1, most);
  count("seed", world.seed, 0, kMostSeed);
  count("test_seed", world.test_seed, 0, kMostSeed);
  count("size", world.options.size, world::kSmallestScene, world::kLargestScene);
  count("min_objects", world.options.min_objects, 0, world::kMostObjects);
  count("max_objects", world.options.max_objects, 0, world::kMostObjects);
  count("two_grounds", world.options.two_grounds, 0, 100);
  count("noise", world.options.noise, 0, 64);
  world.split = fields.text("split", world.split);
  fields.finish();
  try {
    world::class_list(world.split);
    world::check(world.training_set());
  } catch (const Error& error) {
    refuse(fmt::format("{}: {}", where, error.what()));
  }
  if (world.seed == world.test_seed) {
    refuse(fmt::format("{}: 'seed' and 'test_seed' are both {}: the test would hold training scenes", where,
                       world.seed));
  }
}

void read_clip(JsonFields fields, const fs::path& file, const Json& object, ClipSpec& clip,
               const std::string& where) {
  auto folders = fields.texts("folders");
  const auto folder = fields.text("folder", ""), config = fields.text("config", "");
  const auto more = read_changes(fields, object);
  fields.finish();
  if (!folder.empty() && !folders.empty()) refuse(where + ": 'folder' is one CLIP, 'folders' are several");
  if (!folder.empty()) folders.push_back(folder);
  if (!folders.empty() && (!config.empty() || !more.empty())) {
    refuse(fmt::format("{}: a folder is a CLIP that is there; 'config' and 'set' would make another", where));
  }
  if (!folders.empty()) {
    clip.folders.clear();
    for (const auto& name : folders) clip.folders.push_back(beside(file, name));
    clip.folder = clip.folders.front();
  }
  if (!config.empty()) {
    clip = ClipSpec();
    clip.config = beside(file, config);
  }
  for (const auto& change : more) replace_or_add(clip.changes, change);
}

ClipSpec ClipSpec::numbered(int number) const {
  auto spec = *this;
  if (folder.empty()) {
    spec.more_seed += static_cast<std::uint64_t>(number);
  } else if (number > 0) {
    spec.folder = folders.at(static_cast<std::size_t>(number));
  }
  return spec;
}

int ClipSpec::count(int wanted) const {
  if (folder.empty()) return wanted;
  return std::min(wanted, std::max(1, static_cast<int>(folders.size())));
}

namespace {

RateGroup read_group(JsonFields fields, const Json& object) {
  RateGroup group;
  fields.require("key");
  group.key = fields.text("key", "");
  group.changes = read_changes(fields, object);
  if (fields.has("value")) group.stated = fields.number("value", 0, kLeastRate, kMostRate);
  fields.finish();
  return group;
}

}  // namespace

std::vector<double> read_ascending(JsonFields& fields, const char* key, double low, double high,
                                   const std::string& where) {
  const auto values = fields.bounded_numbers(key, low, high);
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] > values[i - 1]) continue;
    refuse(fmt::format("{}: '{}' should ascend, found {} after {}", where, key, values[i], values[i - 1]));
  }
  return values;
}

RateChoice read_rates(JsonFields fields, const Json& object, const std::string& where) {
  RateChoice rates;
  rates.values = read_ascending(fields, "values", kLeastRate, kMostRate, where);
  rates.knowledge_share = fields.number("knowledge_share", rates.knowledge_share, 0, 100);
  for (const auto& item : read_list(fields, object, "groups", where)) {
    const auto place = fmt::format("{}, group {}", where, rates.groups.size() + 1);
    rates.groups.push_back(read_group({item, place, ErrorCode::kBadArgument}, item));
    for (std::size_t i = 0; i + 1 < rates.groups.size(); ++i) {
      if (rates.groups[i].key != rates.groups.back().key) continue;
      refuse(fmt::format("{}: the key '{}' occurs twice", place, rates.groups[i].key));
    }
  }
  fields.finish();
  if (rates.values.empty() != rates.groups.empty()) {
    refuse(where + ": 'values' are what is chosen from and 'groups' what for; one of them is missing");
  }
  return rates;
}

world::SetRecipe WorldSpec::training_set() const {
  world::SetRecipe recipe;
  recipe.seed = seed;
  recipe.train = scenes;
  recipe.val = validation;
  recipe.options = options;
  recipe.split = "none";  // the config of a run says what is unseen, so that regimes can share scenes
  return recipe;
}

world::SetRecipe WorldSpec::test_set() const {
  world::SetRecipe recipe = training_set();
  recipe.seed = test_seed;
  recipe.train = 0;
  recipe.val = test;
  return recipe;
}

}  // namespace relprompt::experiments

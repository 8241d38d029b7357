#include "experiments/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/json_output.h"
#include "base/read_file.h"
#include "experiments/fingerprint.h"
#include "experiments/rate_choice.h"
#include "model/prompt_check.h"
#include "train/label_space.h"
#include "world/names.h"

namespace relprompt::experiments {
namespace {

data::DatasetSpec part(const std::optional<data::DatasetSpec>& stated, const char* split) {
  data::DatasetSpec spec = stated.value_or(data::DatasetSpec());
  spec.kind = "folder";
  spec.split = split;
  return spec;
}

std::vector<std::string> unseen_of(const std::string& split) {
  const auto classes = world::class_list(split);
  std::vector<std::string> titles;
  for (std::size_t label = 0; label < classes.seen.size(); ++label) {
    if (!classes.seen[label]) titles.push_back(classes.title(label));
  }
  return titles;
}

bool changes_the_model(const Row& row) {
  return std::any_of(row.changes.begin(), row.changes.end(),
                     [](const std::string& change) { return change.rfind("model.", 0) == 0; });
}

void check_model(const Row& row, const config::RunConfig& config, const model::VisionConfig& vision,
                 const std::string& where) {
  if (row.trained) model::require_trainable(config.model, where, ErrorCode::kBadArgument);
  if (!row.trained && changes_the_model(row) && !model::trains_nothing(config.model)) {
    throw Error(ErrorCode::kBadArgument,
                where + ": the row has 'trained: false', and its 'model' has numbers that only training sets",
                "leave 'model' out for the CLIP alone, or set model.method: lpm_only and model.lpm_trained: "
                "false for a training-free head");
  }
  if (row.trained || changes_the_model(row)) {
    model::check_prompts(config.model, vision, where, ErrorCode::kBadArgument);
  }
}

/// The suite's scenes as the config's data.
void use_scenes(const WorldSpec& world, const std::string& where, config::RunConfig& config) {
  config.data.train = part(config.data.train, "train");
  config.data.test = part(config.data.test, "val");
  config.data.unseen = unseen_of(world.split);
  if (eval::is_zero_shot(config.setting) && config.data.unseen->empty()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: the split '{}' has no unseen classes, and the protocol is {}", where,
                            world.split, name_of(eval::kSettingWords, config.setting)));
  }
}

class Planner {
 public:
  explicit Planner(Plan& plan) : plan_(plan) {
    for (const auto& regime : plan.suite.regimes) {
      bases_.emplace_back(read_file(regime.base.empty() ? plan.suite.base : regime.base).text());
    }
    plan_.data.resize(plan.suite.regimes.size());
  }

  void add_table(const Table& table) {
    plan_.tables.emplace_back();
    for (const auto regime : table.regimes) {
      if (!plan_.suite.regimes[regime].available()) continue;
      for (std::size_t row = 0; row < table.rows.size(); ++row) {
        plan_.tables.back().push_back(add_row(table, row, regime));
      }
    }
  }

 private:
  /// Of the row's group, as far as that is chosen.
  std::vector<std::string> rates_of(const Row& row) const {
    for (const auto& group : plan_.suite.rates.groups) {
      if (group.key == row.rate && group.chosen) return rate_changes(plan_.suite.rates, *group.chosen);
    }
    return {};
  }

  config::RunConfig config_of(const Row& row, std::size_t number, const std::string& where) {
    const auto& suite = plan_.suite;
    const auto& regime = suite.regimes[number];
    auto changes = regime.base.empty() ? suite.changes : std::vector<std::string>();
    const auto rates = regime.base.empty() ? rates_of(row) : std::vector<std::string>();
    for (const auto& more : {rates, regime.changes, row.changes}) {
      changes.insert(changes.end(), more.begin(), more.end());
    }
    auto config = config::parse_run_config(bases_[number], where, changes);
    config.name = suite.name;
    config.paths = config::RunPaths();
    if (regime.data.empty()) {
      use_scenes(regime.world, where, config);
    } else {
      look_once(number, config, where);
    }
    check_model(row, config, plan_.clips[number].front().vision(), where);
    return config;
  }

  /// Opens the data of every config that differs in this.
  void look_once(std::size_t regime, const config::RunConfig& config, const std::string& where) {
    const auto key = fmt::format("{} {} {}", regime, name_of(eval::kSettingWords, config.setting),
                                 json_text(config::to_json(config.data)));
    if (!looked_.insert(key).second) return;
    const auto facts = look_at_data(plan_.suite.regimes[regime], config, where);
    if (!plan_.data[regime]) plan_.data[regime] = facts;
  }

  PlannedRow add_row(const Table& table, std::size_t number, std::size_t regime) {
    const Row& row = table.rows[number];
    const auto& circumstances = plan_.suite.regimes[regime];
    const auto where = fmt::format("{}: table '{}', row '{}'{}", plan_.suite.source, table.key, row.name,
                                   regime == 0 ? "" : ", regime '" + circumstances.key + "'");
    PlannedRow planned{number, regime, {}};
    auto config = config_of(row, regime, where);
    const auto images = circumstances.data.empty() ? images_of(circumstances.world)
                                                   : images_of(plan_.data[regime]->sha256, config);
    const auto clips = std::min(static_cast<std::size_t>(row.clips), plan_.clips[regime].size());
    for (std::size_t clip = 0; clip < clips; ++clip) {
      for (int seed = 0; seed < row.seeds; ++seed) {
        config.seed = static_cast<std::uint64_t>(seed);
        PlannedRun run{"", regime, clip, row.trained, config, images, {}, false};
        run.label = fmt::format("{}: {}{}{}", table.key, row.name, regime == 0 ? "" : ", ",
                                regime == 0 ? "" : circumstances.key);
        if (clip > 0) run.label += fmt::format(", CLIP {}", clip + 1);
        if (row.trained) run.label += fmt::format(", seed {}", seed);
        planned.runs.push_back(add_run(std::move(run), table));
      }
    }
    return planned;
  }

  /// Its number; equal runs of several tables are one.
  std::size_t add_run(PlannedRun run, const Table& table) {
    const auto key = fingerprint_of(run.config, run.trained, run.images, plan_.clip(run).recipe());
    const auto [place, fresh] = known_.emplace(key, plan_.runs.size());
    if (fresh) plan_.runs.push_back(std::move(run));
    auto& planned = plan_.runs[place->second];
    if (table.calibrate && eval::is_zero_shot(planned.config.setting) &&
        plan_.suite.regimes[planned.regime].data.empty()) {
      planned.calibrations = plan_.suite.calibrations;
    }
    planned.m2oe_updates |= table.m2oe_updates && planned.trained && model::has_m2oe(planned.config.model);
    return place->second;
  }

  Plan& plan_;
  std::vector<std::string> bases_;  ///< text, by regime
  std::set<std::string> looked_;
  std::map<std::string, std::size_t> known_;
};

void require_runs(const Plan& plan) {
  if (!plan.runs.empty()) return;
  std::set<std::string> names;
  for (const auto& regime : plan.suite.regimes) {
    if (!regime.available()) names.insert(regime.data);
  }
  throw Error(ErrorCode::kBadArgument,
              fmt::format("{}: every row needs a data set that was not given", plan.suite.source),
              fmt::format("add --data {}=DIR", fmt::join(names, "=DIR --data ")));
}

}  // namespace

std::string Plan::fingerprint(const PlannedRun& run) const {
  return fingerprint_of(run.config, run.trained, run.images, clip(run).hash());
}

Plan make_plan(Suite suite, const std::filesystem::path& work) {
  Plan plan;
  plan.suite = std::move(suite);
  for (const auto& regime : plan.suite.regimes) {
    auto& clips = plan.clips.emplace_back();
    for (int number = 0; number < regime.clips; ++number)
      clips.emplace_back(regime.clip.numbered(number), work);
  }
  Planner planner(plan);
  for (const auto& table : plan.suite.tables) planner.add_table(table);
  require_runs(plan);
  return plan;
}

}  // namespace relprompt::experiments

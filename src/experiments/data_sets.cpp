#include "experiments/data_sets.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/hash.h"
#include "base/nearest_name.h"
#include "base/paths.h"
#include "base/read_file.h"
#include "data/file_scan.h"
#include "train/label_space.h"
#include "train/run_setup.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

/// Images and masks are told apart by name and size, which is quick for any number of them. Text files hold
/// class names and lists, where a change may keep the size.
void add_files(const fs::path& root, Sha256& digest) {
  std::vector<std::string> spare;
  const auto files = data::scan(
      root, [](const std::string& relative) { return relative; }, spare);
  for (const auto& [name, path] : files) {
    std::error_code unknown;
    const auto size = fs::file_size(path, unknown);
    digest.update(fmt::format("{}:{} {}\n", name.size(), name, unknown ? 0 : size));
    if (fs::path(name).extension() != ".txt" || unknown || size == 0) continue;
    const FileBytes bytes = read_file(path);
    digest.update(bytes.data(), bytes.size());
  }
}

/// add_files does not enter linked folders, the data set does.
void add_names(const data::Dataset& set, Sha256& digest) {
  digest.update(fmt::format("{} images\n", set.size()));
  for (std::size_t i = 0; i < set.size(); ++i) digest.update(set.name(i) + "\n");
}

bool any_unseen(const ClassList& classes) {
  return std::find(classes.seen.begin(), classes.seen.end(), false) != classes.seen.end();
}

}  // namespace

void attach_data(Suite& suite, const std::vector<DataFolder>& given) {
  std::set<std::string> known, seen;
  for (const auto& regime : suite.regimes) {
    if (!regime.data.empty()) known.insert(regime.data);
  }
  for (const auto& data : given) {
    if (known.count(data.name) == 0) {
      const std::vector<std::string> names(known.begin(), known.end());
      throw Error(
          ErrorCode::kBadArgument,
          fmt::format("no regime of {} takes a data set '{}'{}", suite.source, data.name,
                      suggestion(data.name, names)),
          names.empty() ? "leave --data out" : fmt::format("its data sets are {}", fmt::join(names, ", ")));
    }
    if (!seen.insert(data.name).second) {
      throw Error(ErrorCode::kBadArgument, fmt::format("the data set '{}' is given twice", data.name),
                  "give one folder for a name");
    }
    for (auto& regime : suite.regimes) {
      if (regime.data == data.name) regime.data_root = absolute_path(data.folder).lexically_normal();
    }
  }
}

config::RunConfig with_data(const Regime& regime, config::RunConfig config) {
  config.data.train->root = regime.data_root;
  config.data.test->root = regime.data_root;
  return config;
}

DataFacts look_at_data(const Regime& regime, const config::RunConfig& config, const std::string& where) {
  if (!config.data.train || !config.data.test) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: the config has no data.{}", where, config.data.train ? "test" : "train"),
                "name both parts in the regime's base config");
  }
  try {
    const auto placed = with_data(regime, config);
    const auto training = evaluate::open_training_set(placed), test = evaluate::open_test_set(placed);
    if (eval::is_zero_shot(config.setting) && !any_unseen(training.classes)) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{}: the protocol is {}, and no class is unseen", where,
                              name_of(eval::kSettingWords, config.setting)),
                  "list some under data.unseen");
    }
    Sha256 digest;
    add_files(regime.data_root, digest);
    for (const auto* set : {&training, &test}) add_names(*set->dataset, digest);
    return {digest.hex(), training.dataset->size(), test.dataset->size()};
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kBadArgument) throw;
    throw Error(error.code(), fmt::format("data set '{}': {}", regime.data, error.what()));
  }
}

}  // namespace relprompt::experiments

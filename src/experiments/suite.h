// A suite of experiments as its YAML file states it: worlds, CLIPs, tables, rows and how often each is
// repeated. Rows are changes of one base config, so that whatever a row does not name is equal in all of
// them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/experiments.h"

#include "world/set_recipe.h"

namespace relprompt::experiments {

/// Scenes to train with, to choose settings by, and to test with. Test scenes come from another seed.
struct WorldSpec {
  std::uint64_t scenes = 1200, validation = 100, test = 200;
  std::uint64_t seed = 0, test_seed = 1;  ///< different
  std::string split = "compositional";    ///< one of world::splits()
  world::Options options;

  world::SetRecipe training_set() const;  ///< with the validation part as its `val`
  world::SetRecipe test_set() const;
};

/// A model folder, or how to pretrain one.
struct ClipSpec {
  std::filesystem::path folder;                ///< empty: pretrained with `config`
  std::vector<std::filesystem::path> folders;  ///< of several CLIPs that are there; the first is `folder`
  std::filesystem::path config;                ///< of `relprompt pretrain`
  std::vector<std::string> changes;            ///< "phases.scenes.patch_weight=0"
  std::uint64_t more_seed = 0;                 ///< added to the config's seed: further CLIPs of one recipe

  /// The `number`-th CLIP of this recipe, or of the folders, from 0.
  ClipSpec numbered(int number) const;
  /// How many there are of so many that are wanted.
  int count(int wanted) const;
};

/// The circumstances of a comparison: what the CLIP has learnt, how many scenes there are, which classes are
/// seen, or that the images are images of a data set. The first regime of a suite is the suite's own.
struct Regime {
  std::string key, title;
  WorldSpec world;
  ClipSpec clip;
  bool own_clip = false;             ///< false: the suite's, which the command line may replace
  int clips = 1;                     ///< CLIPs there are: of `clip` with seed after seed; 1 for a folder
  std::filesystem::path base;        ///< empty: the suite's, with the suite's changes
  std::string data;                  ///< name of a data set from outside in place of the world; or empty
  std::filesystem::path data_root;   ///< where that is; empty: not given, so its rows are left out
  std::vector<std::string> changes;  ///< of the base config

  bool available() const { return data.empty() || !data_root.empty(); }
};

/// What the paper, or its authors' log, states for a row, in percent.
struct PaperScores {
  std::optional<double> miou, seen, unseen, hiou, pacc;
};

struct Row {
  std::string name;
  std::vector<std::string> changes;  ///< of the base config
  bool trained = true;               ///< false: the bare CLIP, or with a head that has nothing to train
  int seeds = 1;                     ///< repetitions with each CLIP, with the seeds 0, 1, ...
  int clips = 1;                     ///< CLIPs it is repeated with, at most those of the regime
  std::string rate;                  ///< key of the suite's RateGroup whose learning rates it takes
  std::optional<double> reference;   ///< the paper's hIoU, on VOC unless as_in_the_paper, in percent
  PaperScores published;             ///< that and all others that are stated
};

/// What an author found, and in which numbers (conclusion.h).
struct Conclusion {
  std::string numbers, text;  ///< both empty: none
};

struct Table {
  std::string key, title, note;
  Conclusion conclusion;
  std::string paper;                 ///< which tables of the paper it answers to, in words; may be empty
  std::vector<std::size_t> regimes;  ///< every row in each of them
  std::vector<Row> rows;             ///< the first is what the others are compared with
  int seeds = 1, clips = 1;          ///< of rows that do not say
  bool calibrate = false;            ///< measured with a calibration chosen on the validation part as well
  bool m2oe_updates = false;         ///< rows with M2oE show how much it changes the patches, by layer
};

/// Rows of one kind (method and loss), whose learning rate is chosen together.
struct RateGroup {
  std::string key;
  std::vector<std::string> changes;     ///< of the base config: the row that decides
  std::vector<double> validation_hiou;  ///< of each value, once its run is finished; below 0: diverged
  std::optional<double> stated;         ///< not chosen here: as another suite has found
  std::optional<double> chosen;         ///< one of the values, or the stated one
};

/// Learning rates chosen on the validation part, with seed 0 and the suite's first CLIP, before all else.
struct RateChoice {
  std::vector<double> values;    ///< of optimizer.rate, ascending; empty: the configs' own
  double knowledge_share = 0.1;  ///< optimizer.knowledge_rate over optimizer.rate
  std::vector<RateGroup> groups;
};

/// Images of some test scenes: truth, and what some rows of a table say with seed 0.
struct SheetSpec {
  std::size_t table = 0;
  std::vector<std::size_t> rows;
  std::size_t scenes = 5;
};

struct Suite {
  std::string source;  ///< the file, for messages
  std::string name, title, introduction;
  Conclusion conclusion;
  bool quick = false;
  /// The runs are the paper's own: its data sets, CLIP and budget. Else only orders can be compared.
  bool as_in_the_paper = false;
  std::optional<ExperimentPace> pace;  ///< stated, of some machine
  std::string pace_machine;            ///< which, in words
  std::filesystem::path base;          ///< config that rows change
  std::vector<std::string> changes;    ///< of it, for all rows of regimes without a base of their own
  std::vector<Regime> regimes;
  RateChoice rates;
  std::vector<double> calibrations;  ///< that `calibrate` chooses from
  std::vector<Table> tables;
  std::optional<SheetSpec> sheet;
};

/// Reads a suite. Paths in it are relative to the file. `quick` applies the file's section `quick` and leaves
/// out tables that say `quick: false`.
/// Throws Error: kBadArgument that names file, place and key (unknown ones with the nearest known one),
/// kNotFound and kUnreadable for the file.
Suite read_suite(const std::filesystem::path& path, bool quick);

}  // namespace relprompt::experiments

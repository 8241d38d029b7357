#include <algorithm>

#include <fmt/format.h>

#include "base/nearest_name.h"
#include "config/document.h"
#include "experiments/suite_parts.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::int64_t kManySeeds = 100, kManyClips = 20;
constexpr const char* kOwnRegime = "default";

class Reader {
 public:
  Reader(const fs::path& path, bool quick)
      : path_(path), document_(config::read_document(path)), quick_(quick) {
    const auto found = document_.find("quick");
    const bool map = found != document_.end() && !found->is_null();
    quick_document_ = map ? *found : Json::object();
  }

  Suite read();

 private:
  JsonFields fields_of(const Json& object, const std::string& where) const {
    return {object, where, ErrorCode::kBadArgument};
  }
  Regime read_regime(const Json& object, const std::string& where) const;
  Row read_row(const Json& object, const Table& table, const std::string& where) const;
  std::string read_rate(JsonFields& fields, const std::string& where) const;
  void read_table(const Json& object, const std::string& where);
  void read_quick();
  void read_sheet(JsonFields fields);

  fs::path path_;
  Json document_, quick_document_;
  bool quick_;
  std::vector<std::string> quick_changes_;  ///< empty without --quick
  /// Of a row that does not say, and what --quick allows.
  int seeds_ = 1, clips_ = 1, most_seeds_ = kManySeeds, most_clips_ = kManyClips;
  Suite suite_;
};

Regime Reader::read_regime(const Json& object, const std::string& where) const {
  auto fields = fields_of(object, where);
  Regime regime = suite_.regimes.front();
  fields.require("key");
  regime.key = fields.text("key", "");
  regime.title = fields.text("title", regime.key);
  regime.base = beside(path_, fields.text("base", ""));
  regime.data = fields.text("data", "");
  if (!regime.data.empty() && fields.has("world")) {
    refuse(fmt::format("{}: 'data' takes the place of scenes, which 'world' describes", where),
           "leave one of the two out");
  }
  read_world(fields.object("world"), regime.world, where + ", 'world'");
  auto clip = fields.object("clip");
  if (fields.has("clip")) {
    regime.own_clip = true;
    regime.clip.folder.clear();  // 'set' changes what is pretrained
    regime.clip.folders.clear();
    read_clip(clip, path_, object.at("clip"), regime.clip, where + ", 'clip'");
    regime.clips = regime.clip.count(clips_);
    if (regime.clip.folder.empty() && regime.clip.config.empty()) {
      refuse(fmt::format("{}: 'clip' changes a config, but neither it nor the suite names one", where));
    }
  }
  regime.changes = read_changes(fields, object);
  if (!regime.base.empty()) {
    regime.changes.insert(regime.changes.end(), quick_changes_.begin(), quick_changes_.end());
  }
  fields.finish();
  for (const auto& other : suite_.regimes) {
    if (other.key == regime.key) refuse(fmt::format("{}: the key '{}' occurs twice", where, regime.key));
  }
  return regime;
}

/// The key of a group of `rates`; the first one's if the row does not say.
std::string Reader::read_rate(JsonFields& fields, const std::string& where) const {
  const auto& groups = suite_.rates.groups;
  const auto key = fields.text("rate", groups.empty() ? "" : groups.front().key);
  std::vector<std::string> known;
  for (const auto& group : groups) known.push_back(group.key);
  if (key.empty() || std::find(known.begin(), known.end(), key) != known.end()) return key;
  refuse(fmt::format("{}: 'rates' has no group '{}'{}", where, key, suggestion(key, known)));
}

Row Reader::read_row(const Json& object, const Table& table, const std::string& where) const {
  auto fields = fields_of(object, where);
  Row row;
  fields.require("name");
  row.name = fields.text("name", "");
  row.trained = fields.boolean("trained", true);
  row.changes = read_changes(fields, object);
  row.published = read_reference(fields, object);
  row.reference = row.published.hiou;
  row.seeds = static_cast<int>(fields.integer("seeds", table.seeds, 1, kManySeeds));
  row.clips = static_cast<int>(fields.integer("clips", table.clips, 1, kManyClips));
  row.rate = read_rate(fields, where);
  fields.finish();
  // Nothing of an untrained CLIP depends on a seed.
  row.seeds = row.trained ? std::min(row.seeds, most_seeds_) : 1;
  row.clips = std::min(row.clips, most_clips_);
  return row;
}

void Reader::read_table(const Json& object, const std::string& where) {
  auto fields = fields_of(object, where);
  Table table;
  fields.require("key");
  table.key = fields.text("key", "");
  const auto place = fmt::format("{}: table '{}'", path_.string(), table.key);
  if (table.key.empty() ||
      table.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) {
    refuse(fmt::format("{}: 'key' should be made of a-z, 0-9 and -, found \"{}\"", where, table.key),
           "it becomes the name of an image");
  }
  table.title = fields.text("title", table.key);
  table.note = fields.text("note", "");
  table.conclusion = read_conclusion(fields.object("conclusion"), place);
  table.paper = fields.text("paper", "");
  table.seeds = static_cast<int>(fields.integer("seeds", seeds_, 1, kManySeeds));
  table.clips = static_cast<int>(fields.integer("clips", clips_, 1, kManyClips));
  table.calibrate = fields.boolean("calibrate", false);
  table.m2oe_updates = fields.boolean("m2oe_updates", false);
  if (table.calibrate && suite_.calibrations.empty()) {
    refuse(fmt::format("{}: 'calibrate' chooses from the suite's 'calibrations', which is missing", place));
  }
  const bool in_quick = fields.boolean("quick", true);
  auto wanted = fields.texts("regimes");
  if (wanted.empty()) wanted = {kOwnRegime};
  std::vector<std::string> known;
  for (const auto& regime : suite_.regimes) known.push_back(regime.key);
  for (const auto& key : wanted) {
    const auto found = std::find(known.begin(), known.end(), key);
    if (found == known.end()) {
      refuse(fmt::format("{}: no regime '{}'{}", place, key, suggestion(key, known)));
    }
    table.regimes.push_back(static_cast<std::size_t>(found - known.begin()));
  }
  for (const auto& item : read_list(fields, object, "rows", place)) {
    table.rows.push_back(read_row(item, table, fmt::format("{}, row {}", place, table.rows.size() + 1)));
    for (std::size_t i = 0; i + 1 < table.rows.size(); ++i) {
      if (table.rows[i].name != table.rows.back().name) continue;
      refuse(fmt::format("{}: two rows are called '{}'", place, table.rows[i].name));
    }
  }
  fields.finish();
  if (table.rows.empty()) refuse(fmt::format("{} has no rows", place));
  for (const auto& other : suite_.tables) {
    if (other.key == table.key) refuse(fmt::format("{} occurs twice", place));
  }
  if (in_quick || !quick_) suite_.tables.push_back(std::move(table));
}

void Reader::read_quick() {
  const auto where = path_.string() + ": 'quick'";
  auto fields = fields_of(quick_document_, where);
  WorldSpec world = suite_.regimes.front().world;
  ClipSpec clip = suite_.regimes.front().clip;
  read_world(fields.object("world"), world, where + ", 'world'");
  auto clip_fields = fields.object("clip");
  if (fields.has("clip")) read_clip(clip_fields, path_, quick_document_.at("clip"), clip, where + ", 'clip'");
  const auto most = static_cast<int>(fields.integer("seeds", kManySeeds, 1, kManySeeds));
  const auto most_clips = static_cast<int>(fields.integer("clips", 1, 1, kManyClips));
  const auto rates = read_ascending(fields, "rates", kLeastRate, kMostRate, where);
  const auto more = read_changes(fields, quick_document_);
  fields.finish();
  if (!quick_) return;
  suite_.regimes.front().world = world;
  suite_.regimes.front().clip = clip;
  suite_.regimes.front().clips = clip.count(suite_.regimes.front().clips);
  most_seeds_ = most;
  most_clips_ = most_clips;
  if (!rates.empty()) suite_.rates.values = rates;
  quick_changes_ = more;
  suite_.changes.insert(suite_.changes.end(), more.begin(), more.end());
}

void Reader::read_sheet(JsonFields fields) {
  const auto where = path_.string() + ": 'sheet'";
  const auto key = fields.text("table", "");
  const auto rows = fields.texts("rows");
  SheetSpec sheet;
  sheet.scenes = static_cast<std::size_t>(fields.integer("scenes", 5, 1, 100));
  fields.finish();
  std::vector<std::string> tables, names;
  for (const auto& table : suite_.tables) tables.push_back(table.key);
  const auto table = std::find(tables.begin(), tables.end(), key);
  if (table == tables.end()) refuse(fmt::format("{}: no table '{}'{}", where, key, suggestion(key, tables)));
  sheet.table = static_cast<std::size_t>(table - tables.begin());
  for (const auto& row : suite_.tables[sheet.table].rows) names.push_back(row.name);
  for (const auto& name : rows) {
    const auto row = std::find(names.begin(), names.end(), name);
    if (row == names.end()) refuse(fmt::format("{}: no row '{}'{}", where, name, suggestion(name, names)));
    sheet.rows.push_back(static_cast<std::size_t>(row - names.begin()));
  }
  if (sheet.rows.empty()) refuse(fmt::format("{}: 'rows' names no row", where));
  suite_.sheet = sheet;
}

Suite Reader::read() {
  const auto source = path_.string();
  auto fields = fields_of(document_, source);
  suite_.source = source;
  suite_.quick = quick_;
  suite_.name = fields.text("name", path_.stem().string());
  suite_.title = fields.text("title", suite_.name);
  suite_.introduction = fields.text("introduction", "");
  suite_.conclusion = read_conclusion(fields.object("conclusion"), source);
  fields.require("base");
  suite_.base = beside(path_, fields.text("base", ""));
  suite_.changes = read_changes(fields, document_);
  seeds_ = static_cast<int>(fields.integer("seeds", 1, 1, kManySeeds));
  suite_.as_in_the_paper = fields.boolean("as_in_the_paper", false) && !quick_;
  auto pace = fields.object("pace");
  if (fields.has("pace")) read_pace(pace, suite_);
  Regime own;
  own.key = kOwnRegime;
  own.title = "the suite's own";
  read_world(fields.object("world"), own.world, source + ": 'world'");
  auto clip = fields.object("clip");
  if (fields.has("clip")) read_clip(clip, path_, document_.at("clip"), own.clip, source + ": 'clip'");
  clips_ = static_cast<int>(fields.integer("clips", 1, 1, kManyClips));
  own.clips = own.clip.count(clips_);
  suite_.regimes.push_back(own);
  auto rates = fields.object("rates");
  if (fields.has("rates")) suite_.rates = read_rates(rates, document_.at("rates"), source + ": 'rates'");
  suite_.calibrations = read_ascending(fields, "calibrations", 0, 1, source);
  fields.object("quick");
  read_quick();
  for (const auto& item : read_list(fields, document_, "regimes", source)) {
    suite_.regimes.push_back(read_regime(item, fmt::format("{}: regime {}", source, suite_.regimes.size())));
  }
  std::size_t number = 0;
  for (const auto& item : read_list(fields, document_, "tables", source)) {
    read_table(item, fmt::format("{}: table {}", source, ++number));
  }
  auto sheet = fields.object("sheet");
  if (fields.has("sheet")) read_sheet(sheet);
  fields.finish();
  if (suite_.tables.empty()) refuse(fmt::format("{} has no tables", source));
  return suite_;
}

}  // namespace

Suite read_suite(const fs::path& path, bool quick) {
  return Reader(path, quick).read();
}

}  // namespace relprompt::experiments

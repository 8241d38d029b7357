#include <fmt/format.h>

#include "base/json_read.h"
#include "experiments/conclusion.h"
#include "experiments/rank_order.h"
#include "experiments/report.h"
#include "experiments/work_folder.h"

namespace relprompt::experiments {
namespace {

using Json = nlohmann::ordered_json;

template <typename Get>
Json json_of(const Spread& spread, const std::vector<RunResult>& results, const Get& get) {
  if (spread.count == 0) return {};
  Json values = Json::array();
  for (const auto& result : results) {
    const std::optional<double> value = get(result);
    values.push_back(value ? Json(*value) : Json());
  }
  return {{"mean", spread.mean},
          {"min", spread.low},
          {"max", spread.high},
          {"deviation", spread.deviation},
          {"values", values}};
}

/// Mean, 95% interval and pairs of the gain over the table's first row.
Json gain_json(const RowSummary& row) {
  const auto gain = row.gain();
  if (!gain) return {};
  const auto interval = mean_interval(row.gains, 0.95);
  return {{"mean", *gain},
          {"low", interval ? Json(interval->low) : Json()},
          {"high", interval ? Json(interval->high) : Json()},
          {"values", row.gains}};
}

Json rates_json(const RateChoice& rates) {
  Json json = {
      {"values", rates.values}, {"knowledge_share", rates.knowledge_share}, {"groups", Json::array()}};
  for (const auto& group : rates.groups) {
    json["groups"].push_back({{"key", group.key},
                              {"validation_hiou", group.validation_hiou},
                              {"chosen", group.chosen ? Json(*group.chosen) : Json()}});
  }
  return json;
}

Json json_of(const RowSummary& row) {
  Json json = {{"name", row.name},
               {"regime", row.regime},
               {"iterations", row.iterations},
               {"trained_parameters", row.trained_parameters}};
  json["clips"] = Json::array();
  for (const auto& key : row.keys) json["clips"].push_back(key.first);
  json["seeds"] = Json::array();
  json["fingerprints"] = Json::array();
  json["failures"] = Json::array();
  for (const auto& result : row.results) {
    json["seeds"].push_back(result.seed);
    json["fingerprints"].push_back(result.fingerprint);
    if (!result.failure.empty()) json["failures"].push_back(result.failure);
  }
  const auto& results = row.results;
  json["miou"] = json_of(row.miou, results, [](const auto& r) { return r.test.miou; });
  json["miou_seen"] = json_of(row.seen, results, [](const auto& r) { return r.test.miou_seen; });
  json["miou_unseen"] = json_of(row.unseen, results, [](const auto& r) { return r.test.miou_unseen; });
  json["hiou"] = json_of(row.hiou, results, [](const auto& r) { return r.test.hiou; });
  json["pacc"] = json_of(row.pacc, results, [](const auto& r) { return r.test.pacc; });
  json["validation_miou"] =
      json_of(row.validation_miou, results, [](const auto& r) { return r.validation.miou; });
  json["validation_hiou"] =
      json_of(row.validation_hiou, results, [](const auto& r) { return r.validation.hiou; });
  json["seconds"] = json_of(row.seconds, results, [](const auto& r) { return std::optional(r.seconds); });
  json["unseen_over_seen"] = row.unseen_over_seen.count > 0 ? Json(row.unseen_over_seen.mean) : Json();
  json["hiou_gain"] = gain_json(row);
  if (row.calibrated_hiou.count > 0) {
    json["calibrated_hiou"] = row.calibrated_hiou.mean;
    json["calibration"] = row.calibration.mean;
  }
  if (!row.m2oe_updates.empty()) json["m2oe_updates"] = row.m2oe_updates;
  json["paper_hiou"] = row.reference ? Json(*row.reference / 100) : Json();
  const auto add = [&](const char* key, const std::optional<double>& score) {
    if (score) json[key] = *score / 100;
  };
  add("paper_miou", row.published.miou);
  add("paper_miou_seen", row.published.seen);
  add("paper_miou_unseen", row.published.unseen);
  add("paper_pacc", row.published.pacc);
  return json;
}

/// By regime; empty for a table without numbers of the paper.
Json orders_of(const TableSummary& summary) {
  Json orders = Json::object();
  for (const auto& row : summary.rows) {
    if (orders.contains(row.regime)) continue;
    const auto rows = ranked_rows(summary, row.regime);
    if (rows.size() < 2) continue;
    const auto agreement = agreement_of(rows);
    orders[row.regime] = {{"pairs", agreement.pairs},
                          {"same", agreement.same},
                          {"undecided", agreement.undecided},
                          {"same_decided", agreement.same_decided}};
  }
  return orders;
}

Json clips_json(const std::vector<Clip>& clips) {
  Json list = Json::array();
  for (const auto& clip : clips) {
    list.push_back({{"origin", clip.origin()}, {"sha256", clip.ready() ? Json(clip.hash()) : Json()}});
  }
  return list;
}

Json json_of(const Plan& plan, std::size_t index, const std::vector<TableSummary>& tables) {
  const auto& regime = plan.suite.regimes[index];
  const auto& clip = plan.clips[index].front();
  Json json = {{"key", regime.key},
               {"title", regime.title},
               {"base", (regime.base.empty() ? plan.suite.base : regime.base).filename().string()},
               {"clip", clip.origin()},
               {"clip_sha256", clip.ready() ? Json(clip.hash()) : Json()},
               {"clips", clips_json(plan.clips[index])},
               {"changes", regime.changes},
               {"most_frequent_class", Json()}};
  if (const auto constant = most_frequent_class(tables, regime.key)) {
    json["most_frequent_class"] = {{"miou", *constant->miou}, {"pacc", *constant->pacc}};
  }
  if (regime.data.empty()) {
    const auto& world = regime.world;
    json["split"] = world.split;
    json["training_set"] = reread_json(world::as_json(world.training_set()));
    json["test_set"] = reread_json(world::as_json(world.test_set()));
    return json;
  }
  json["data"] = {{"name", regime.data}, {"given", regime.available()}};
  if (const auto& facts = plan.data[index]) {
    json["data"]["sha256"] = facts->sha256;
    json["data"]["training"] = facts->training;
    json["data"]["test"] = facts->test;
  }
  return json;
}

}  // namespace

Json report_json(const Plan& plan, const std::vector<TableSummary>& tables) {
  Json document = {{"format", kSuiteFormat},
                   {"suite", plan.suite.name},
                   {"title", plan.suite.title},
                   {"quick", plan.suite.quick},
                   {"numbers", numbers_of(plan.suite, tables)}};
  if (!plan.suite.rates.groups.empty()) document["rates"] = rates_json(plan.suite.rates);
  document["regimes"] = Json::array();
  for (std::size_t i = 0; i < plan.suite.regimes.size(); ++i) {
    document["regimes"].push_back(json_of(plan, i, tables));
  }
  document["tables"] = Json::array();
  for (const auto& summary : tables) {
    const auto& table = plan.suite.tables[summary.table];
    Json json = {{"key", table.key}, {"title", table.title}, {"paper", table.paper}};
    json["numbers"] = numbers_of(plan.suite, summary);
    json["rows"] = Json::array();
    for (const auto& row : summary.rows) json["rows"].push_back(json_of(row));
    json["order_as_in_the_paper"] = orders_of(summary);
    document["tables"].push_back(json);
  }
  return document;
}

}  // namespace relprompt::experiments

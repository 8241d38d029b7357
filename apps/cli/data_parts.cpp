#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_fields.h"
#include "base/nearest_name.h"
#include "base/paths.h"
#include "config/data_config.h"
#include "config/document.h"
#include "data_check.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const data::DatasetKind& kind : data::dataset_kinds()) names.push_back(kind.name);
  return names;
}

/// What stands for a config when only a kind is given: its usual two splits.
nlohmann::json document_of_kind(const std::string& kind, const std::vector<std::string>& assignments) {
  nlohmann::json document = {{"data", {{"train", {{"kind", kind}}}, {"test", {{"kind", kind}}}}}};
  for (const std::string& assignment : assignments) config::assign(document, assignment);
  return document;
}

nlohmann::json document_of(const DataCheckArguments& arguments) {
  const auto kinds = kind_names();
  const std::string& name = arguments.config;
  if (std::find(kinds.begin(), kinds.end(), name) != kinds.end()) {
    return document_of_kind(name, arguments.assignments);
  }
  if (!path_exists(name)) {
    throw Error(
        ErrorCode::kNotFound,
        fmt::format("{} is neither a config file nor a kind of data set{}", name, suggestion(name, kinds)),
        fmt::format("kinds: {}", fmt::join(kinds, ", ")));
  }
  return config::read_document(name, arguments.assignments);
}

void set_root(DataPart& part, const std::string& root) {
  if (part.second.root.empty()) part.second.root = root;
  if (!part.second.root.empty()) return;
  throw Error(ErrorCode::kBadArgument, fmt::format("'data' '{}' has no root", part.first),
              "say where the data set is: --data DIR");
}

}  // namespace

std::vector<DataPart> parts_of(const DataCheckArguments& arguments) {
  if (!arguments.part.empty()) require_one_of("--part", arguments.part, {"train", "test"});
  const nlohmann::json document = document_of(arguments);
  JsonFields fields(document, arguments.config, ErrorCode::kBadArgument);
  const config::DataConfig data = config::read_data(fields.object("data"));
  std::string root = fields.object("paths").text("data", "");
  if (!arguments.root.empty()) root = arguments.root;
  fields.leave(config::sections());
  fields.finish();

  std::vector<DataPart> parts;
  if (data.train) parts.emplace_back("train", *data.train);
  if (data.test) parts.emplace_back("test", *data.test);
  if (!arguments.part.empty()) {
    const auto is_other = [&](const DataPart& part) { return part.first != arguments.part; };
    parts.erase(std::remove_if(parts.begin(), parts.end(), is_other), parts.end());
  }
  if (parts.empty()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: 'data' has no part '{}'", arguments.config,
                            arguments.part.empty() ? "train' or 'test" : arguments.part));
  }
  for (DataPart& part : parts) set_root(part, root);
  return parts;
}

}  // namespace relprompt::cli

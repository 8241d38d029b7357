#include "shard_account.h"

#include "image_record.h"
#include "shards/class_list_json.h"

namespace relprompt::cli {
namespace {

Json line_of(const ListedImage& listed, const char* status) {
  return {{"at", listed.at}, {"id", listed.below}, {"input", listed.input}, {"status", status}};
}

Json done_line(const ListedImage& listed, const std::string& sha256, const Json& entry) {
  Json line = line_of(listed, "done");
  line["sha256"] = sha256;
  for (const auto& [key, value] : entry.items()) line[key] = value;
  return line;
}

}  // namespace

Json shared_facts(const std::string& settings, const shards::ListSummary& list, const OutputPlan& plan,
                  const ClassList& classes) {
  return {{"command", "segment"},
          {"list", {{"images", list.images}, {"sha256", list.sha256}}},
          {"settings", settings},
          {"save", plan.formats},
          {"simplify", plan.options.simplify},
          {"min_polygon", plan.options.min_polygon},
          {"classes", shards::to_json(classes)}};
}

void ShardAccount::done(const ListedImage& listed, const std::string& sha256, const Json& entry) {
  journal_.add(done_line(listed, sha256, entry));
}

void ShardAccount::kept(const ListedImage& listed) {
  const auto record = read_record(listed.stem);
  Json line = line_of(listed, "done");
  line["sha256"] = record ? record->input.sha256 : "";
  journal_.keep(line);
}

void ShardAccount::kept(const ListedImage& listed, const std::string& sha256, const Json& entry) {
  journal_.keep(done_line(listed, sha256, entry));
}

void ShardAccount::failed(const ListedImage& listed, const Failure& failure) {
  Json line = line_of(listed, "failed");
  line["code"] = name_of(failure.code);
  line["message"] = failure.message;
  journal_.add(line);
}

}  // namespace relprompt::cli

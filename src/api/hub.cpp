// relprompt::find_model, pull_model and the cache of a hub's models.
#include "relprompt/hub.h"

#include "api/errors.h"
#include "hub/cached_models.h"
#include "model/model_place.h"

namespace relprompt {
namespace {

hub::FetchRules rules_of(const HubOptions& options) {
  hub::FetchRules rules;
  rules.offline = options.offline;
  if (options.progress) {
    rules.progress = [&options](const hub::Progress& now) {
      return options.progress({now.file, now.done, now.bytes, now.before});
    };
  }
  return rules;
}

}  // namespace

std::filesystem::path find_model(const std::filesystem::path& path_or_name, const HubOptions& options) {
  return api::guarded([&] { return model::local_place(path_or_name, rules_of(options)); });
}

HubModel pull_model(const std::string& name, const HubOptions& options) {
  return api::guarded([&] {
    auto rules = rules_of(options);
    rules.refresh = true;
    const auto model = model::pull(name, rules);
    return HubModel{model.place, model.commit, model.fetched};
  });
}

std::vector<CachedModel> cached_models() {
  return api::guarded([] {
    std::vector<CachedModel> models;
    for (auto& found : hub::cached_repositories()) {
      models.push_back({std::move(found.repository), found.bytes, found.unfinished, std::move(found.licence),
                        std::move(found.revisions), std::move(found.commit)});
    }
    return models;
  });
}

std::uint64_t remove_cached_model(const std::string& name) {
  return api::guarded([&] { return hub::remove_repository(name); });
}

}  // namespace relprompt

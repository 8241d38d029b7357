#include "serve/models.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/paths.h"
#include "serve/http.h"

namespace relprompt::serve {
namespace {

std::size_t names_of(const ClassList& list) {
  std::size_t count = 0;
  for (const auto& names : list.names) count += names.size();
  return count;
}

/// Everything that decides the embeddings, without ambiguity.
std::string key_of(const OpenModel& model, const ClassList& list, const BackgroundOptions& background,
                   const TextOptions& text) {
  return model.id + nlohmann::json{list.names,
                                   list.titles,
                                   list.background.value_or(~std::size_t{0}),
                                   text.templates,
                                   text.truncate,
                                   static_cast<int>(text.names),
                                   background.background,
                                   background.contrast}
                        .dump();
}

}  // namespace

OpenModel::OpenModel(std::string named, const std::string& path, const ModelOptions& options)
    : name(std::move(named)), place(path), on_hub(!path_exists(path)), model(path, options) {
  std::error_code problem;
  const auto whole = std::filesystem::absolute(path, problem).lexically_normal();
  if (!on_hub && !problem) place = whole.string();
  static std::atomic<std::uint64_t> opened{0};
  id = fmt::format("{} {}", name, ++opened);
}

Models::Models(const ServerSettings& settings)
    : settings_(settings), heads_(kMostHeads), classes_(settings.class_cache) {
  for (const auto& [name, path] : settings.models)
    named_.push_back(std::make_shared<const OpenModel>(name, path, settings.model_options));
}

ModelPointer Models::find(const std::string& name, const std::string& head) {
  const auto found = name.empty() ? named_.begin()
                                  : std::find_if(named_.begin(), named_.end(),
                                                 [&](const auto& known) { return known->name == name; });
  if (found == named_.end()) {
    std::vector<std::string> known;
    for (const auto& model : named_) known.push_back(model->name);
    throw HttpError(404, fmt::format("there is no model \"{}\" here", name),
                    fmt::format("models: {}", fmt::join(known, ", ")), "model_not_found");
  }
  const auto& model = *found;
  if (head.empty() || head == model->model.head()) return model;
  const auto heads = dense_head_names();
  if (model->model.has_prompts()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("head: the model \"{}\" has trained prompts, and heads are for a CLIP without",
                            model->name));
  }
  if (std::find(heads.begin(), heads.end(), head) == heads.end()) {
    throw Error(ErrorCode::kBadArgument, fmt::format("head: there is no \"{}\"", head),
                fmt::format("possible: {}", fmt::join(heads, ", ")));
  }
  return heads_.get(model->name + "/" + head, 1, [&] {
    auto options = settings_.model_options;
    options.head = head;
    const auto path =
        std::find_if(settings_.models.begin(), settings_.models.end(), [&](const NamedModel& known) {
          return known.name == model->name;
        })->path;
    return std::make_shared<const OpenModel>(model->name, path, options);
  });
}

ClassesPointer Models::classes(const ModelPointer& model, const ClassList& list,
                               const BackgroundOptions& background, const TextOptions& text) {
  return classes_.get(key_of(*model, list, background, text), names_of(list), [&] {
    return std::make_shared<const EmbeddedClasses>(model->model, model->model.complete(list, background),
                                                   text);
  });
}

}  // namespace relprompt::serve

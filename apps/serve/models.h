// The models of a server and what is made of them once for all requests: opened weights, and class lists with
// their embeddings.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/segmenter.h"

#include "serve/flight_cache.h"
#include "serve/settings.h"

namespace relprompt::serve {

/// A model with one of its heads.
struct OpenModel {
  OpenModel(std::string named, const std::string& path, const ModelOptions& options);

  std::string name;   ///< in requests
  std::string place;  ///< that opens it again: a hub's name as it was given, or a path from the root on
  bool on_hub;        ///< which of the two
  std::string id;     ///< of this object: another one has another, also of the same model and head
  Model model;
};
using ModelPointer = std::shared_ptr<const OpenModel>;

/// A class list of a request, completed and embedded.
struct EmbeddedClasses {
  EmbeddedClasses(const Model& model, ClassList completed, const TextOptions& text)
      : list(std::move(completed)), set(model, list, text) {}

  ClassList list;
  ClassSet set;
};
using ClassesPointer = std::shared_ptr<const EmbeddedClasses>;

/// Any thread.
class Models {
 public:
  /// Opens every model. Throws as relprompt::Model does.
  explicit Models(const ServerSettings& settings);

  const std::vector<ModelPointer>& all() const { return named_; }
  /// A model by its name (empty: the first) with a head (empty: its own). Throws HttpError(404) for an
  /// unknown name, Error(kBadArgument) for a head that there is not or of a model with prompts.
  ModelPointer find(const std::string& name, const std::string& head);

  /// The classes of a request for a model. Throws as Model::complete and ClassSet do.
  ClassesPointer classes(const ModelPointer& model, const ClassList& list,
                         const BackgroundOptions& background, const TextOptions& text);

  const FlightCache<EmbeddedClasses>& class_cache() const { return classes_; }

 private:
  const ServerSettings& settings_;
  std::vector<ModelPointer> named_;
  FlightCache<OpenModel> heads_;
  FlightCache<EmbeddedClasses> classes_;
};

/// Models with other heads than their own that are open at once, beside the named ones.
constexpr std::size_t kMostHeads = 4;

}  // namespace relprompt::serve

// Options of commands that take a model by its name on a hub.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace relprompt::cli {

struct HubArguments {
  bool offline = false;

  void add_to(CLI::App& command, const std::string& group = "");
  /// Has the model here before the command opens it: one that is named by its name on the hub and is not in
  /// the cache is fetched, with a display of how far it is. Everything later finds it in the cache.
  void fetch(const std::string& model, bool quiet = false) const;
  /// With --offline the whole process stays off the network.
  void apply() const;
};

/// What --model takes, for help texts.
extern const char* const kModelHelp;

}  // namespace relprompt::cli

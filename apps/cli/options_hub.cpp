#include "options_hub.h"

#include <cstdlib>

#include "fetch_display.h"

namespace relprompt::cli {

const char* const kModelHelp =
    "model folder made by `relprompt import`, any checkpoint it reads, or a model of the Hugging Face hub by "
    "its "
    "name: ORG/NAME[@REVISION][:SUBFOLDER]";

void HubArguments::add_to(CLI::App& command, const std::string& group) {
  auto* option = command.add_flag("--offline", offline,
                                  "never ask a hub: a model by its name comes from the cache, as with "
                                  "HF_HUB_OFFLINE=1");
  if (!group.empty()) option->group(group);
}

void HubArguments::apply() const {
  if (offline) ::setenv("HF_HUB_OFFLINE", "1", 1);  // the optional libraries see it too
}

void HubArguments::fetch(const std::string& model, bool quiet) const {
  apply();
  if (model.empty()) return;
  FetchDisplay display(model, quiet);
  HubOptions options;
  options.offline = offline;
  options.progress = [&](const HubProgress& now) {
    display.show(now);
    return true;
  };
  find_model(model, options);
}

}  // namespace relprompt::cli

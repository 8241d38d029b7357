#include "options_run.h"

#include "command_rows.h"
#include "options_force.h"
#include "usage.h"

namespace relprompt::cli {

void RunSwitches::add_to(CLI::App& command, const std::string& json_help) {
  const std::string group = "Run";
  command
      .add_option("--threads", threads,
                  "CPU threads; goes before a config that names them [default: all cores]")
      ->option_text("N")
      ->group(group)
      ->check(in_range(1, 1024));
  command.add_flag("--json", json, json_help)->group(group);
  command.add_flag("-q,--quiet", quiet, "no progress on the screen, only problems and the result")
      ->group(group);
}

void RunArguments::add_to(CLI::App& command, const std::string& output_help, const std::string& replaced) {
  const std::string group = "Run";
  command.add_option("CONFIG", config,
                     "YAML file; configs/ holds one for each protocol, docs/reference/configs.md the keys");
  command.add_option("--data", data, "root folder of the data set, for configs that do not name it")
      ->option_text("DIR")
      ->group(group);
  command
      .add_option("--set", changes,
                  "KEY=VALUE changes a key of the config, such as train.iterations=500; may be repeated")
      ->option_text("KEY=VALUE")
      ->group(group)
      ->allow_extra_args(false);
  command
      .add_option("--vocab", vocab,
                  "tokenizer file or folder, for a model that has none [default: the model's own]")
      ->option_text("PATH")
      ->group(group);
  command.add_option("-o,--output", output, output_help)->option_text("DIR")->group(group);
  add_force(command, force, replaced, group);
  command.add_option("--device", device, "cpu, cuda or cuda:N [default: as the config says]")
      ->option_text("NAME")
      ->group(group);
  suggest_words(*command.get_option("--device"), {"cpu", "cuda"});
  RunSwitches::add_to(command, "the scores with their protocol as one JSON object on the standard output");
}

std::optional<int> RunSwitches::threads_given() const {
  return threads > 0 ? std::optional<int>(threads) : std::nullopt;
}

RunSettings RunArguments::resolve() const {
  RunSettings settings;
  settings.config = config;
  settings.changes = changes;
  settings.data = data;
  settings.vocab = vocab;
  settings.output = output;
  settings.replace = force;
  settings.device = device;
  settings.threads = threads_given();
  return settings;
}

}  // namespace relprompt::cli

#include "defaults.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/nearest_name.h"
#include "base/paths.h"
#include "config/document.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Options of one run: a default for them would surprise, or replace files.
const std::vector<std::string>& options_of_a_run() {
  static const std::vector<std::string> names = {"help",   "version",    "output",  "force",      "resume",
                                                 "json",   "class-file", "classes", "vocabulary", "set",
                                                 "config", "manifest",   "shard"};
  return names;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

CLI::Option* option_named(CLI::App& parser, const std::string& name) {
  for (CLI::Option* option : parser.get_options()) {
    if (has(option->get_lnames(), name)) return option;
  }
  return nullptr;
}

std::vector<CLI::App*> commands_of(CLI::App& parser) {
  return parser.get_subcommands([](const CLI::App*) { return true; });
}

/// All long names of the options of a command and those below it.
void collect_names(CLI::App& parser, std::vector<std::string>& names) {
  for (const CLI::Option* option : parser.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (!has(names, name) && !has(options_of_a_run(), name)) names.push_back(name);
    }
  }
  for (CLI::App* command : commands_of(parser)) collect_names(*command, names);
}

/// The innermost command that was parsed, and all around it but the program.
std::vector<CLI::App*> parsed_commands(CLI::App& program) {
  std::vector<CLI::App*> path;
  for (CLI::App* parser = &program; !parser->get_subcommands().empty();) {
    parser = parser->get_subcommands().front();
    path.push_back(parser);
  }
  return path;
}

class Defaults {
 public:
  Defaults(CLI::App& program, const fs::path& file)
      : program_(program), file_(file), document_(config::read_document(file)) {
    std::vector<std::string> names;
    collect_names(program, names);
    for (const auto& [key, value] : document_.items()) {
      CLI::App* command = value.is_object() ? command_named(key) : nullptr;
      if (command == nullptr) {
        check_key(key, names);
        continue;
      }
      std::vector<std::string> own;
      collect_names(*command, own);
      for (const auto& [below, ignored] : value.items()) check_key(below, own);
    }
  }

  /// Sets what the command line has left out of this command.
  void apply(CLI::App& parser, const std::string& section) {
    if (document_.contains(section) && document_[section].is_object()) apply(parser, document_[section]);
    apply(parser, document_);
  }

  std::string given() const { return fmt::format("{}", fmt::join(given_, ", ")); }

 private:
  CLI::App* command_named(const std::string& name) {
    for (CLI::App* command : commands_of(program_)) {
      if (command->get_name() == name) return command;
    }
    return nullptr;
  }

  void check_key(const std::string& key, const std::vector<std::string>& names) const {
    if (has(options_of_a_run(), key)) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{}: {} belongs to a single run and has no default", file_.string(), key),
                  "give it on the command line");
    }
    if (has(names, key)) return;
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: no option is called {}{}", file_.string(), key, suggestion(key, names)),
                "keys are long names of options without the dashes, such as precision; RELPROMPT_CONFIG=off "
                "leaves the file out");
  }

  void apply(CLI::App& parser, const Json& values) {
    for (const auto& [key, value] : values.items()) {
      CLI::Option* option = value.is_object() ? nullptr : option_named(parser, key);
      if (option == nullptr || option->count() > 0 || value.is_null()) continue;
      const std::string text = text_of(key, value);
      try {
        option->add_result(text);
        option->run_callback();
      } catch (const CLI::ParseError& problem) {
        throw Error(ErrorCode::kBadArgument, fmt::format("{}: {}", file_.string(), problem.what()),
                    fmt::format("`relprompt {} --help` shows what is possible", parser.get_name()));
      }
      given_.push_back(key + " " + text);
    }
  }

  std::string text_of(const std::string& key, const Json& value) const {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return value.dump();
    std::string text;
    for (const Json& entry : value) {
      if (entry.is_structured()) {
        throw Error(ErrorCode::kBadArgument,
                    fmt::format("{}: {}: a list of plain values is expected", file_.string(), key));
      }
      text += (text.empty() ? "" : ",") + text_of(key, entry);
    }
    return text;
  }

  CLI::App& program_;
  fs::path file_;
  Json document_;
  std::vector<std::string> given_;
};

}  // namespace

fs::path defaults_file() {
  if (std::getenv("RELPROMPT_CONFIG") != nullptr) {
    const std::string named = variable("RELPROMPT_CONFIG");
    return named == "off" ? fs::path() : fs::path(named);
  }
  const std::string folder = variable("XDG_CONFIG_HOME"), home = variable("HOME");
  if (!folder.empty()) return fs::path(folder) / "relprompt" / "config.yaml";
  return home.empty() ? fs::path() : fs::path(home) / ".config" / "relprompt" / "config.yaml";
}

std::string apply_defaults(CLI::App& program) {
  const auto commands = parsed_commands(program);
  if (commands.empty()) return "";
  if (has({"help", "completion", "manual"}, commands.front()->get_name())) return "";
  CLI::App& parser = *commands.back();
  const CLI::Option* resume = option_named(parser, "resume");
  if (resume != nullptr && resume->count() > 0 && resume->get_items_expected_max() > 0) return "";
  CLI::Option* model = option_named(parser, "model");
  const std::string named = variable("RELPROMPT_MODEL");
  if (model != nullptr && model->count() == 0 && !named.empty()) {
    model->add_result(named);
    model->run_callback();
  }
  const fs::path file = defaults_file();
  if (file.empty()) return "";
  // A file that is named must be there; the usual one may be.
  if (std::getenv("RELPROMPT_CONFIG") == nullptr && !path_exists(file)) return "";
  Defaults defaults(program, file);
  defaults.apply(parser, commands.front()->get_name());
  return defaults.given();
}

}  // namespace relprompt::cli

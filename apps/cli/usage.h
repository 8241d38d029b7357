// How the command line teaches: the look of --help, and errors that name what was probably meant.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Error.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <string>
#include <vector>

#include "relprompt/error.h"

namespace relprompt::cli {

/// CLI11's help with descriptions wrapped in their column, and one empty line between its parts.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_help(const CLI::App* parser, std::string name, CLI::AppFormatMode mode) const override;
};

/// Turns a refusal of the parser into an Error(kBadArgument) whose hint names the nearest command or option.
Error explain(const CLI::App& program, const CLI::ParseError& problem);

/// Results are files: throws Error(kBadArgument) where the command that was parsed has `-` as its --output.
void refuse_output_stream(const CLI::App& program);

/// True if the command that was parsed has a switch --quiet and it is on.
bool is_quiet(const CLI::App& program);

/// Accepts numbers from low to high, both included; unlike CLI::Range it is silent in the help and refuses
/// "nan".
CLI::Validator in_range(double low, double high);

/// Throws Error(kBadArgument) unless the value is one of the allowed words.
void require_one_of(const std::string& option, const std::string& value,
                    const std::vector<std::string>& allowed);

/// The pieces between commas without white space around them; empty pieces are kept.
std::vector<std::string> split_list(const std::string& text);

}  // namespace relprompt::cli

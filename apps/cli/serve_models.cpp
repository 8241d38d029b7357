#include "serve_models.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "numbers.h"

namespace relprompt::cli {
namespace {

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 100 && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

serve::NamedModel named_model(const std::string& argument) {
  const auto equals = argument.find('=');
  if (equals != std::string::npos && is_name(argument.substr(0, equals)))
    return {argument.substr(0, equals), argument.substr(equals + 1)};
  std::string path = argument;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  auto name = path.substr(path.rfind('/') + 1);
  name = name.substr(0, name.find_first_of("@:"));
  if (is_name(name)) return {name, argument};
  throw Error(ErrorCode::kBadArgument,
              fmt::format("--model {}: its last part cannot be a name in addresses", argument),
              "give one of letters, digits, '.', '_' and '-': --model NAME=" + argument);
}

}  // namespace

std::vector<serve::NamedModel> named_models(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    throw Error(ErrorCode::kBadArgument, "no model is given",
                "add --model PATH, or --model ORG/NAME for a model of the Hugging Face hub, such as "
                "openai/clip-vit-base-patch16");
  }
  std::vector<serve::NamedModel> models;
  for (const auto& argument : arguments) {
    auto model = named_model(argument);
    for (const auto& known : models) {
      if (known.name == model.name)
        throw Error(ErrorCode::kBadArgument,
                    fmt::format("--model: two models have the name \"{}\"", model.name),
                    "name them: --model a=PATH --model b=PATH");
    }
    models.push_back(std::move(model));
  }
  return models;
}

std::uint64_t bytes_of(const std::string& text, const std::string& option, std::uint64_t least,
                       std::uint64_t most) {
  const std::string units = "KMG";
  const auto unit = text.empty() ? std::string::npos : units.find(text.back());
  const auto number = whole_number(unit == std::string::npos ? text : text.substr(0, text.size() - 1));
  const double factor = unit == std::string::npos ? 1 : std::pow(1024.0, static_cast<double>(unit) + 1);
  const double bytes = number ? static_cast<double>(*number) * factor : -1;
  if (bytes >= static_cast<double>(least) && bytes <= static_cast<double>(most))
    return static_cast<std::uint64_t>(bytes);
  throw Error(ErrorCode::kBadArgument, fmt::format("{}: expected {} to {} bytes, such as 32M, found \"{}\"",
                                                   option, least, most, text));
}

}  // namespace relprompt::cli

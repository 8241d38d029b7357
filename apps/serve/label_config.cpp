#include "serve/label_config.h"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "serve/class_fields.h"
#include "serve/http.h"

namespace relprompt::serve {
namespace {

using Tree = boost::property_tree::ptree;

// The parser recurses into elements.
constexpr std::size_t kMostBytes = 64 * 1024, kMostElements = 2000;

[[noreturn]] void bad(const std::string& what) {
  throw HttpError(
      400, "label_config: " + what,
      "a BrushLabels or PolygonLabels with a Label for each class, and an Image with value=\"$image\"");
}

Tree parse(std::string_view xml) {
  if (xml.size() > kMostBytes ||
      static_cast<std::size_t>(std::count(xml.begin(), xml.end(), '<')) > 2 * kMostElements)
    bad("larger than 64 KiB or 2000 elements");
  Tree tree;
  std::istringstream stream{std::string(xml)};
  try {
    boost::property_tree::read_xml(stream, tree);
  } catch (const boost::property_tree::xml_parser_error& problem) {
    bad("this is no XML: " + problem.message());
  }
  return tree;
}

std::string attribute(const Tree& element, const char* name) {
  return element.get<std::string>(std::string("<xmlattr>.") + name, "");
}

/// The first element of this name at any depth; with a `named`, the one whose attribute name is that.
const Tree* find(const Tree& tree, const std::string& tag, const std::string& named = "") {
  for (const auto& [name, child] : tree) {
    if (name == tag && (named.empty() || attribute(child, "name") == named)) return &child;
    if (const auto* inside = find(child, tag, named)) return inside;
  }
  return nullptr;
}

void add_labels(const Tree& control, ClassList& classes, std::vector<std::vector<std::string>>& names) {
  for (const auto& [tag, child] : control) {
    if (tag != "Label") continue;
    const auto value = attribute(child, "value"), predicted = attribute(child, "predicted_values");
    if (value.empty()) bad("a Label without a value");
    classes.titles.push_back(value);
    names.push_back(predicted.empty() ? std::vector<std::string>{value}
                                      : words_of(predicted, "predicted_values"));
  }
}

}  // namespace

LabelConfig parse_label_config(std::string_view xml) {
  const auto tree = parse(xml);
  LabelConfig config;
  const auto* control = find(tree, "BrushLabels");
  config.brush = control != nullptr;
  if (control == nullptr) control = find(tree, "PolygonLabels");
  if (control == nullptr) bad("neither BrushLabels nor PolygonLabels");
  config.from_name = attribute(*control, "name");
  config.to_name = attribute(*control, "toName");
  const auto* image = config.to_name.empty() ? nullptr : find(tree, "Image", config.to_name);
  const auto value = image == nullptr ? "" : attribute(*image, "value");
  if (config.from_name.empty() || value.size() < 2 || value.front() != '$')
    bad("the control needs a name, and a toName that is the name of an Image with value=\"$KEY\"");
  config.data_key = value.substr(1);
  ClassList titles;
  std::vector<std::vector<std::string>> names;
  add_labels(*control, titles, names);
  if (names.empty()) bad("the control has no Label");
  // Checked and cleaned as any class list; its titles are what Label Studio knows.
  config.classes = classes_of(nlohmann::json(names));
  config.classes.titles = std::move(titles.titles);
  return config;
}

}  // namespace relprompt::serve

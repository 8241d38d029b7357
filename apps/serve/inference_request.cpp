#include "serve/inference_request.h"

#include <charconv>

#include <fmt/format.h>

#include "base/json_read.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::json;

// Numbers of an image as JSON take about ten times the memory of its pixels; beyond this bytes are the way.
constexpr std::size_t kMostJsonValues = 4'000'000;
constexpr std::size_t kMostTensors = 16;

[[noreturn]] void bad(const std::string& what, const std::string& hint = "") {
  throw HttpError(400, what, hint, "bad_argument");
}

const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const Json& object, const char* name, const std::string& where) {
  const auto* value = member(object, name);
  if (value == nullptr || !value->is_string()) bad(fmt::format("{}: \"{}\" should be a text", where, name));
  return value->get<std::string>();
}

const Json& parameters_of(const Json& object) {
  static const Json none = Json::object();
  const auto* value = member(object, "parameters");
  if (value == nullptr) return none;
  if (!value->is_object()) bad("\"parameters\" should be an object");
  return *value;
}

std::vector<std::int64_t> shape_of(const Json& input, const std::string& where) {
  const auto* value = member(input, "shape");
  if (value == nullptr || !value->is_array() || value->size() > 8)
    bad(where + ": \"shape\" should be a list of sizes");
  std::vector<std::int64_t> shape;
  for (const auto& side : *value) {
    if (!side.is_number_unsigned() || side.get<std::uint64_t>() > 1'000'000'000)
      bad(where + ": sizes of a shape are whole numbers");
    shape.push_back(static_cast<std::int64_t>(side.get<std::uint64_t>()));
  }
  return shape;
}

bool flag_of(const Json& parameters, const char* name, bool otherwise) {
  const auto* value = member(parameters, name);
  if (value == nullptr) return otherwise;
  if (!value->is_boolean()) bad(fmt::format("the parameter \"{}\" should be true or false", name));
  return value->get<bool>();
}

/// Takes the input's bytes off the front of those behind the JSON.
InputTensor read_input(Json& input, std::string_view& rest) {
  if (!input.is_object()) bad("\"inputs\" should be a list of objects");
  InputTensor tensor;
  tensor.name = text_of(input, "name", "an input");
  const auto where = fmt::format("the input \"{}\"", tensor.name);
  tensor.datatype = text_of(input, "datatype", where);
  tensor.shape = shape_of(input, where);
  if (const auto* size = member(parameters_of(input), "binary_data_size")) {
    if (!size->is_number_unsigned() || size->get<std::uint64_t>() > rest.size())
      bad(fmt::format("{}: its binary_data_size is more than the {} bytes that are left", where,
                      rest.size()));
    const auto count = static_cast<std::size_t>(size->get<std::uint64_t>());
    tensor.bytes = rest.substr(0, count);
    tensor.binary = true;
    rest.remove_prefix(count);
    if (input.contains("data")) bad(where + ": both data and bytes");
    return tensor;
  }
  if (!input.contains("data") || !input["data"].is_array())
    bad(where + ": neither data nor binary_data_size");
  tensor.data = std::move(input["data"]);
  return tensor;
}

void read_outputs(const Json& document, InferenceRequest& request) {
  request.binary_outputs = flag_of(request.parameters, "binary_data_output", false);
  request.parameters.erase("binary_data_output");
  const auto* outputs = member(document, "outputs");
  if (outputs == nullptr) return;
  if (!outputs->is_array() || outputs->size() > kMostTensors)
    bad("\"outputs\" should be a list of at most 16");
  for (const auto& output : *outputs) {
    if (!output.is_object()) bad("\"outputs\" should be a list of objects");
    request.outputs.push_back({text_of(output, "name", "an output"),
                               flag_of(parameters_of(output), "binary_data", request.binary_outputs)});
  }
}

}  // namespace

InferenceRequest parse_inference(std::string_view body, const std::string& header_length) {
  std::size_t length = body.size();
  if (!header_length.empty()) {
    const auto* end = header_length.data() + header_length.size();
    const auto parsed = std::from_chars(header_length.data(), end, length);
    if (parsed.ec != std::errc() || parsed.ptr != end || length > body.size())
      bad("Inference-Header-Content-Length is no length of a part of the body");
  }
  JsonRules rules;
  rules.code = ErrorCode::kBadArgument;
  rules.bytes = rules.text_bytes = length + 1;
  rules.values = kMostJsonValues;
  rules.hint = "large images are sent as bytes, by the protocol's binary tensor extension";
  auto document = read_json(body.substr(0, length), "the body", rules);
  if (!document.is_object()) bad("the body is JSON, but no object");
  auto rest = body.substr(length);
  InferenceRequest request;
  if (member(document, "id") != nullptr) request.id = text_of(document, "id", "the request");
  request.parameters = parameters_of(document);
  read_outputs(document, request);
  const auto inputs = document.find("inputs");
  if (inputs == document.end() || !inputs->is_array() || inputs->size() > kMostTensors)
    bad("\"inputs\" should be a list of at most 16 tensors");
  for (auto& input : *inputs) request.inputs.push_back(read_input(input, rest));
  if (!rest.empty()) bad(fmt::format("{} bytes behind the last tensor", rest.size()));
  return request;
}

}  // namespace relprompt::serve

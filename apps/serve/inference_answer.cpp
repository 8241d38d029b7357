#include "serve/inference_answer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_output.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::ordered_json;

template <class Number>
std::string little_endian(const std::vector<Number>& numbers) {
  std::string bytes;
  bytes.reserve(numbers.size() * sizeof(Number));
  for (const Number number : numbers) {
    std::uint64_t bits = 0;
    static_assert(sizeof(Number) <= sizeof bits);
    __builtin_memcpy(&bits, &number, sizeof number);
    for (std::size_t i = 0; i < sizeof(Number); ++i) bytes += static_cast<char>(bits >> (8 * i) & 255);
  }
  return bytes;
}

std::string little_endian(const std::vector<std::string>& texts) {
  std::string bytes;
  for (const auto& text : texts)
    bytes += little_endian(std::vector<std::uint32_t>{static_cast<std::uint32_t>(text.size())}) + text;
  return bytes;
}

/// Adds an output to the document, its numbers to it or to the bytes behind it.
class TensorWriter {
 public:
  TensorWriter(Json& outputs, std::string& bytes) : outputs_(outputs), bytes_(bytes) {}

  template <class Element>
  void add(const WantedTensor& wanted, const char* datatype, const std::vector<std::size_t>& shape,
           const std::vector<Element>& elements) {
    Json output;
    output["name"] = wanted.name;
    output["shape"] = shape;
    output["datatype"] = datatype;
    if (wanted.binary) {
      const auto tensor = little_endian(elements);
      output["parameters"] = {{"binary_data_size", tensor.size()}};
      bytes_ += tensor;
    } else {
      output["data"] = elements;
    }
    outputs_.push_back(std::move(output));
  }

 private:
  Json& outputs_;
  std::string& bytes_;
};

std::vector<WantedTensor> wanted_of(const InferenceRequest& request) {
  if (!request.outputs.empty()) return request.outputs;
  return {{"labels", request.binary_outputs}, {"pixels", request.binary_outputs}};
}

}  // namespace

const std::vector<TensorKind>& inference_inputs() {
  static const std::vector<TensorKind> all = {{"image", "UINT8", {-1, -1, 3}}, {"classes", "BYTES", {-1}}};
  return all;
}

const std::vector<TensorKind>& inference_outputs() {
  static const std::vector<TensorKind> all = {{"labels", "UINT16", {-1, -1}},
                                              {"pixels", "UINT64", {-1}},
                                              {"class_names", "BYTES", {-1}},
                                              {"scores", "FP32", {-1, -1, -1}}};
  return all;
}

void check_inference_outputs(const InferenceRequest& request) {
  const auto& known = inference_outputs();
  for (auto wanted = request.outputs.begin(); wanted != request.outputs.end(); ++wanted) {
    const auto same = [&](const auto& other) { return wanted->name == other.name; };
    if (std::none_of(known.begin(), known.end(), same) ||
        std::any_of(request.outputs.begin(), wanted, same)) {
      throw HttpError(400, fmt::format("the output \"{}\" is unknown or there twice", wanted->name),
                      "outputs: labels, pixels, class_names, scores", "bad_argument");
    }
  }
}

Response inference_answer(const InferenceRequest& request, const Computed& done,
                          const std::vector<float>& scores) {
  Json outputs = Json::array();
  std::string bytes;
  TensorWriter writer(outputs, bytes);
  const auto& map = done.result.labels;
  const auto height = static_cast<std::size_t>(map.height), width = static_cast<std::size_t>(map.width);
  const auto& classes = done.classes->list;
  for (const auto& wanted : wanted_of(request)) {
    if (wanted.name == "labels") writer.add(wanted, "UINT16", {height, width}, map.labels);
    if (wanted.name == "pixels") writer.add(wanted, "UINT64", {classes.size()}, done.result.pixels);
    if (wanted.name == "scores") writer.add(wanted, "FP32", {classes.size(), height, width}, scores);
    if (wanted.name != "class_names") continue;
    std::vector<std::string> names;
    for (std::size_t label = 0; label < classes.size(); ++label) names.push_back(classes.title(label));
    writer.add(wanted, "BYTES", {classes.size()}, names);
  }
  Json document;
  document["model_name"] = done.model->name;
  document["model_version"] = "1";
  if (!request.id.empty()) document["id"] = request.id;
  document["outputs"] = std::move(outputs);
  Response response;
  response.body = json_text(document);
  if (bytes.empty()) return response;
  response.type = "application/octet-stream";
  response.headers = {{"Inference-Header-Content-Length", std::to_string(response.body.size())}};
  response.body += bytes;
  return response;
}

}  // namespace relprompt::serve

// From the tensors of an inference request to a request for masks.
#include <fmt/format.h>

#include "serve/inference_request.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::json;

[[noreturn]] void bad(const std::string& what, const std::string& hint = "") {
  throw HttpError(400, what, hint, "bad_argument");
}

/// Elements of a BYTES tensor.
std::vector<std::string> texts_of(const InputTensor& tensor) {
  std::vector<std::string> texts;
  if (tensor.datatype != "BYTES") bad(fmt::format("the input \"{}\" should be BYTES", tensor.name));
  if (tensor.binary) {
    for (auto rest = tensor.bytes; !rest.empty();) {
      std::uint32_t length = 0;
      for (std::size_t i = 0; i < 4 && rest.size() >= 4; ++i)
        length |= static_cast<std::uint32_t>(static_cast<unsigned char>(rest[i])) << (8 * i);
      if (rest.size() < 4 || rest.size() - 4 < length)
        bad(fmt::format("the input \"{}\": an element is longer than its bytes", tensor.name));
      texts.emplace_back(rest.substr(4, length));
      rest.remove_prefix(4 + std::size_t{length});
    }
  } else {
    for (const auto& value : tensor.data) {
      if (!value.is_string()) bad(fmt::format("the input \"{}\": BYTES are texts in JSON", tensor.name));
      texts.push_back(value.get<std::string>());
    }
  }
  const bool row = tensor.shape.size() == 2 && tensor.shape[0] == 1;
  const auto count = tensor.shape.empty() ? 1 : tensor.shape.back();
  if ((tensor.shape.size() > 1 && !row) || count != static_cast<std::int64_t>(texts.size()))
    bad(fmt::format("the input \"{}\": {} elements do not fit its shape", tensor.name, texts.size()));
  return texts;
}

void flatten(const Json& value, std::vector<std::uint8_t>& to) {
  if (value.is_array()) {
    for (const auto& element : value) flatten(element, to);
    return;
  }
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 255)
    bad("the input \"image\": UINT8 are whole numbers from 0 to 255");
  to.push_back(static_cast<std::uint8_t>(value.get<std::uint64_t>()));
}

Image image_of(const InputTensor& tensor, const ServerSettings& settings) {
  auto shape = tensor.shape;
  if (shape.size() == 4 && shape.front() == 1) shape.erase(shape.begin());
  if (shape.size() != 3 || shape[2] != 3 || shape[0] < 1 || shape[1] < 1)
    bad("the input \"image\": UINT8 has the shape [height, width, 3]", "one image a request");
  const auto pixels = static_cast<std::uint64_t>(shape[0]) * static_cast<std::uint64_t>(shape[1]);
  if (pixels > settings.max_pixels) {
    throw HttpError(413, fmt::format("an image of {} pixels; the limit is {}", pixels, settings.max_pixels),
                    "", "image_too_large");
  }
  Image image;
  image.height = static_cast<int>(shape[0]);
  image.width = static_cast<int>(shape[1]);
  if (tensor.binary) {
    image.rgb.assign(tensor.bytes.begin(), tensor.bytes.end());
  } else {
    flatten(tensor.data, image.rgb);
  }
  if (image.rgb.size() != pixels * 3)
    bad(fmt::format("the input \"image\": {} numbers for a shape of {}", image.rgb.size(), pixels * 3));
  return image;
}

}  // namespace

SegmentRequest segment_request_of(const InferenceRequest& inference, const std::string& model,
                                  const ServerSettings& settings) {
  SegmentRequest request;
  request.model = model;
  auto fields = inference.parameters;
  for (const char* other : {"model", "keep", "outputs"}) {
    if (fields.contains(other)) bad(fmt::format("\"{}\" is no parameter of this protocol here", other));
  }
  bool image = false;
  for (const auto& input : inference.inputs) {
    if (input.name == "classes") {
      const auto texts = texts_of(input);
      if (texts.empty() || fields.contains("classes")) bad("classes are given twice, or none");
      fields["classes"] = texts.size() == 1 ? Json(texts.front()) : Json(texts);
    } else if (input.name != "image" || image) {
      bad(fmt::format("the input \"{}\" is unknown or there twice", input.name), "inputs: image, classes");
    } else if (input.datatype == "UINT8") {
      request.pixels = image_of(input, settings);
      image = true;
    } else {
      auto texts = texts_of(input);
      if (texts.size() != 1) bad("the input \"image\": one image a request");
      request.image = input.binary ? std::move(texts.front()) : image_from_text(texts.front(), "image");
      image = true;
    }
  }
  return read_segment_fields(fields, std::move(request), settings);
}

}  // namespace relprompt::serve

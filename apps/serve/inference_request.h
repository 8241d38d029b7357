// A request of the Open Inference Protocol (version 2): tensors by name, in JSON or, by its extension, as
// bytes behind the JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http.h"
#include "serve/segment_request.h"
#include "serve/settings.h"

namespace relprompt::serve {

/// One input. The bytes are those of a binary tensor; without any the data are JSON.
struct InputTensor {
  std::string name, datatype;
  std::vector<std::int64_t> shape;
  nlohmann::json data;
  std::string_view bytes;
  bool binary = false;
};

struct WantedTensor {
  std::string name;
  bool binary = false;
};

struct InferenceRequest {
  std::string id;
  nlohmann::json parameters = nlohmann::json::object();
  std::vector<InputTensor> inputs;
  std::vector<WantedTensor> outputs;  ///< empty: labels and pixels
  bool binary_outputs = false;        ///< of those that say nothing themselves
};

/// header_length: of Inference-Header-Content-Length; empty: all of the body is JSON. The tensors' bytes are
/// in the body, which must outlive them. Throws HttpError(400) and Error(kBadArgument).
InferenceRequest parse_inference(std::string_view body, const std::string& header_length);

/// The input as a request for masks: "image" (UINT8 [H, W, 3] or [1, H, W, 3], or BYTES [1], the bytes of a
/// file, which are base64 in JSON), "classes" (BYTES [1], a class list, or [C], an entry a class), parameters
/// as the fields of /v1/segment. Throws as parse_segment.
SegmentRequest segment_request_of(const InferenceRequest& inference, const std::string& model,
                                  const ServerSettings& settings);

}  // namespace relprompt::serve

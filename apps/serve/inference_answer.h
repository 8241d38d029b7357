// The answer of the Open Inference Protocol: tensors in JSON, or as bytes behind it where the client wants
// them so.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "serve/http.h"
#include "serve/inference_request.h"
#include "serve/segment_service.h"

namespace relprompt::serve {

/// An output of every model: its sizes may differ from request to request.
struct TensorKind {
  const char* name;
  const char* datatype;
  std::vector<int> shape;  ///< -1: any
};

const std::vector<TensorKind>& inference_inputs();
const std::vector<TensorKind>& inference_outputs();

/// Throws HttpError(400) for an output that there is not or that is there twice.
void check_inference_outputs(const InferenceRequest& request);

/// scores [C, H, W], empty if they are not wanted.
Response inference_answer(const InferenceRequest& request, const Computed& done,
                          const std::vector<float>& scores);

}  // namespace relprompt::serve

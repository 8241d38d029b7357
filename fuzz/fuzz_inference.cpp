// Arbitrary bytes as a request of the Open Inference Protocol: the first line is the length of its JSON.
// Refused as a bad request, or tensors whose bytes lie inside the body.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "serve/inference_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace relprompt;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const auto body = line == std::string_view::npos ? text : text.substr(line + 1);
  const std::string length(line == std::string_view::npos ? "" : text.substr(0, line));
  try {
    const auto request = serve::parse_inference(body, length);
    for (const auto& input : request.inputs) {
      if (input.binary)
        fuzz::check(input.bytes.empty() ||
                    (input.bytes.data() >= body.data() &&
                     input.bytes.data() + input.bytes.size() <= body.data() + body.size()));
    }
  } catch (const serve::HttpError& error) {
    fuzz::check(error.status() == 400);
  } catch (const Error& error) {
    fuzz::check(error.code() == ErrorCode::kBadArgument);
  }
  return 0;
}

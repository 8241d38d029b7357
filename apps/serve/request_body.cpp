// Bodies that are JSON, and images inside texts.
#include "base/json_read.h"
#include "serve/base64.h"
#include "serve/segment_request.h"

namespace relprompt::serve {

using Json = nlohmann::json;

namespace {

bool is_web_address(const std::string& text) {
  const auto head = lower_case(std::string_view(text).substr(0, 8));
  return head == "https://" || head.compare(0, 7, "http://") == 0;
}

}  // namespace

Json read_body(const std::string& body, std::size_t max_bytes) {
  JsonRules rules;
  rules.code = ErrorCode::kBadArgument;
  rules.bytes = rules.text_bytes = max_bytes;
  rules.values = 200'000;
  auto object = read_json(body, "the body", rules);
  if (!object.is_object())
    throw HttpError(400, "the body is JSON, but no object",
                    "send {\"image\": \"...\", \"classes\": \"...\"}");
  return object;
}

std::string image_from_text(const std::string& text, const std::string& where) {
  std::string_view base64 = text;
  if (text.compare(0, 5, "data:") == 0) {
    const auto comma = text.find(',');
    const auto head = text.substr(0, comma);
    if (comma == std::string::npos || head.find(";base64") == std::string::npos)
      throw HttpError(400, where + ": a data: URL without base64");
    base64.remove_prefix(comma + 1);
  }
  auto bytes = from_base64(base64);
  const bool short_text = text.size() < 4096;
  const bool place = short_text && (text.find("://") != std::string::npos ||
                                    text.find('.') != std::string::npos || text.compare(0, 1, "/") == 0);
  if (place && (!bytes || text.compare(0, 1, "/") == 0)) {
    throw HttpError(
        400, where + ": expected the image itself as base64, found what looks like a path or URL",
        "no file of the server is read, and no address is asked whose host --allow-fetch does not name; send "
        "the bytes: base64 -w0 street.jpg");
  }
  if (!bytes) throw HttpError(400, where + ": this is no base64");
  if (bytes->empty()) throw HttpError(400, where + ": no image");
  return std::move(*bytes);
}

void take_image(const std::string& text, const std::string& where, const ServerSettings& settings,
                SegmentRequest& request) {
  if (!settings.fetch_origins.empty() && is_web_address(text))
    request.image_url = text;
  else
    request.image = image_from_text(text, where);
}

}  // namespace relprompt::serve

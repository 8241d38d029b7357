// Arbitrary bytes as a multipart body, a request target and header values: refused by status 400, or parts
// that lie inside the body; and whatever base64 accepts comes back when it is written again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "serve/base64.h"
#include "serve/http.h"
#include "serve/multipart.h"

namespace {

using namespace relprompt;
using fuzz::check;

void read_multipart(std::string_view body, const std::string& type) {
  try {
    for (const auto& part : serve::parse_multipart(body, type)) {
      check(!part.name.empty());
      check(part.content.data() >= body.data() &&
            part.content.data() + part.content.size() <= body.data() + body.size());
    }
  } catch (const serve::HttpError& error) {
    check(error.status() == 400);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_multipart(text, "multipart/form-data; boundary=xx");
  const auto line = text.find('\n');
  if (line != std::string_view::npos)
    read_multipart(text.substr(line + 1), std::string(text.substr(0, line)));
  if (const auto bytes = serve::from_base64(text))
    check(serve::from_base64(serve::to_base64(*bytes)) == bytes);
  check(serve::from_base64(serve::to_base64(text)) == std::string(text));
  if (const auto target = serve::parse_target(text)) check(!target->path.empty());
  serve::media_type(text);
  serve::accepts(text, "application/zip");
  return 0;
}

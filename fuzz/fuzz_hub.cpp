// Arbitrary bytes as what a hub answers and as what a user names: a list of files, headers of an answer, a
// redirect, a name, a host that may be asked. Refused with one code, or of parts that stay inside the cache.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "relprompt/error.h"

#include "check.h"
#include "hub/answers.h"
#include "hub/hub_name.h"
#include "hub/url.h"
#include "hub/web_fetch.h"

namespace {

using namespace relprompt;
using fuzz::check;

void read_list(std::string_view text) {
  try {
    const auto listing = hub::read_listing(text, "fuzz");
    if (!listing) return;
    check(hub::is_commit(listing->commit));
    for (const auto& file : listing->files)
      check(file.find("..") == std::string::npos || hub::is_safe_path(file));
  } catch (const Error& error) {
    check(error.code() == ErrorCode::kBadHeader);
  }
}

/// Lines "name: value".
void read_headers(std::string_view text) {
  hub::HttpHead head;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : text.size());
    const auto colon = line.find(':');
    if (colon != std::string_view::npos)
      head.headers[std::string(line.substr(0, colon))] = line.substr(colon + 1);
  }
  hub::Facts facts;
  facts.read(head);
  try {
    const auto file = facts.file("x", "fuzz");
    check(file.etag.find('/') == std::string::npos && !file.etag.empty() && file.etag.front() != '.');
    check(file.commit.empty() || hub::is_commit(file.commit));
  } catch (const Error& error) {
    check(error.code() == ErrorCode::kBadHeader);
  }
}

/// What may be asked names a host and nothing else, and says the same when it is read again.
void read_origin(std::string_view text) {
  try {
    const auto origin = hub::web_origin(text);
    check(hub::web_origin(origin) == origin && hub::parse_url(origin).has_value());
    check(origin.find_first_of("@\\?#", 8) == std::string::npos);
  } catch (const Error& error) {
    check(error.code() == ErrorCode::kBadArgument);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_list(text);
  read_headers(text);
  read_origin(text);
  const auto base = *hub::parse_url("https://hub/a/b");
  if (const auto url = hub::allowed_redirect(base, text, base)) {
    check(url->scheme == "https");
    check(hub::parse_url(url->text()).has_value());
  }
  if (const auto name = hub::parse_hub_name(text)) {
    check(name->repository.find("..") == std::string::npos);
    check(hub::is_safe_path(name->revision));
    check(hub::parse_hub_name(name->text())->text() == name->text());
  }
  return 0;
}

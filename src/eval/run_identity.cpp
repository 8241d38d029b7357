#include "eval/run_identity.h"

#include <fmt/format.h>

#include "archive/quote.h"
#include "base/hash.h"
#include "base/json_excerpt.h"
#include "base/json_read.h"

namespace relprompt::eval {
namespace {

using Json = nlohmann::json;

// The length in front keeps ["ab"] and ["a", "b"] apart.
void hash_text(Sha256& digest, const std::string& text) {
  digest.update(fmt::format("{}:", text.size()));
  digest.update(text);
}

std::string hash_of(const ClassList& classes) {
  Sha256 digest;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    digest.update(fmt::format("{} ", classes.names[label].size()));
    for (const std::string& name : classes.names[label]) hash_text(digest, name);
    if (!classes.titles.empty()) hash_text(digest, classes.titles[label]);
    if (!classes.seen.empty()) digest.update(classes.seen[label] ? "seen" : "unseen");
  }
  return digest.hex();
}

std::string hash_of(const std::vector<std::string>& images) {
  Sha256 digest;
  for (const std::string& image : images) hash_text(digest, image);
  return digest.hex();
}

std::string shown(const Json& value) {
  return value.is_string() ? archive::quote(value.get_ref<const std::string&>()) : json_excerpt(value);
}

}  // namespace

Json identity_of(const ProtocolStatement& protocol, const ClassList& classes,
                 const std::vector<std::string>& images) {
  const Json identity = {{"protocol", to_json(protocol)},
                         {"classes", classes.size()},
                         {"classes_sha256", hash_of(classes)},
                         {"images", images.size()},
                         {"images_sha256", hash_of(images)}};
  // As it comes back from a file: bytes that are no UTF-8 become U+FFFD there.
  return Json(reread_json(identity.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

std::string first_difference(const Json& stored, const Json& wanted) {
  if (!stored.is_object()) return "its description is no JSON object";
  for (const char* part : {"classes", "classes_sha256", "images", "images_sha256"}) {
    const Json found = stored.value(part, Json());
    if (found != wanted[part])
      return fmt::format("{} is {} there and {} here", part, shown(found), shown(wanted[part]));
  }
  const Json protocol = stored.value("protocol", Json());
  if (!protocol.is_object()) return "its protocol is no JSON object";
  for (const auto& [key, value] : wanted["protocol"].items()) {
    const Json found = protocol.value(key, Json());
    if (found != value) return fmt::format("{} is {} there and {} here", key, shown(found), shown(value));
  }
  return protocol.size() == wanted["protocol"].size()
             ? ""
             : "its protocol has settings that this version does not know";
}

}  // namespace relprompt::eval

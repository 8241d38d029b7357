#include "hub/hub_name.h"

#include <algorithm>

namespace relprompt::hub {
namespace {

constexpr std::size_t kMaxRepository = 96, kMaxRevision = 128, kMaxPath = 512;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

/// The hub's own rule for an organisation or a repository.
bool is_part(std::string_view part) {
  if (part.empty() || !std::all_of(part.begin(), part.end(), is_word)) return false;
  const auto edge = [](char c) { return c == '.' || c == '-'; };
  if (edge(part.front()) || edge(part.back())) return false;
  return part.find("--") == std::string_view::npos && part.find("..") == std::string_view::npos;
}

bool is_revision(std::string_view text) {
  const auto fits = [](char c) { return is_word(c) || c == '/' || c == '+'; };
  return text.size() <= kMaxRevision && std::all_of(text.begin(), text.end(), fits) && is_safe_path(text);
}

bool only_a_path(std::string_view text) {
  for (const std::string_view start : {"/", "./", "../", "~"}) {
    if (text.substr(0, start.size()) == start) return true;
  }
  return text == "." || text == "..";
}

}  // namespace

bool is_commit(std::string_view text) {
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 40 && std::all_of(text.begin(), text.end(), digit);
}

bool is_safe_path(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto part = path.substr(at, end - at);
    if (part.empty() || part == "." || part == "..") return false;
    at = end + 1;
  }
  return std::none_of(path.begin(), path.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || c == '\\';
  });
}

std::optional<HubName> parse_hub_name(std::string_view text) {
  if (only_a_path(text)) return std::nullopt;
  HubName name;
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    name.subfolder = text.substr(colon + 1);
    if (!is_safe_path(name.subfolder)) return std::nullopt;
    text = text.substr(0, colon);
  }
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    name.revision = text.substr(at + 1);
    if (!is_revision(name.revision)) return std::nullopt;
    text = text.substr(0, at);
  }
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || text.size() > kMaxRepository) return std::nullopt;
  if (!is_part(text.substr(0, slash)) || !is_part(text.substr(slash + 1))) return std::nullopt;
  name.repository = text;
  return name;
}

std::string HubName::text() const {
  return repository + (revision == "main" ? "" : "@" + revision) + (subfolder.empty() ? "" : ":" + subfolder);
}

std::string HubName::path_of(const std::string& file) const {
  return subfolder.empty() ? file : subfolder + "/" + file;
}

}  // namespace relprompt::hub

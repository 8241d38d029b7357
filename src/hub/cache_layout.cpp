#include "hub/cache_layout.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/paths.h"

namespace relprompt::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxToken = 4096;

/// The value of a variable; empty if it is not set.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// A '~' in front stands for the home, as in Python's expanduser.
fs::path expanded(const std::string& path) {
  const auto home = variable("HOME");
  if (!home.empty() && (path == "~" || path.substr(0, 2) == "~/")) return fs::path(home + path.substr(1));
  return path;
}

/// Hugging Face's own folder; empty if there is no home.
fs::path hugging_face_home() {
  if (const auto home = variable("HF_HOME"); !home.empty()) return expanded(home);
  if (const auto cache = variable("XDG_CACHE_HOME"); !cache.empty()) return expanded(cache) / "huggingface";
  const auto home = variable("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".cache" / "huggingface";
}

std::string trimmed(const std::string& text) {
  const char* blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The first bytes of a small file; empty if it cannot be read.
std::string first_bytes(const fs::path& path, std::size_t most) {
  if (!is_file(path)) return "";
  std::ifstream stream(path, std::ios::binary);
  std::string text(most, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(most));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return text;
}

}  // namespace

fs::path cache_folder() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (const auto cache = variable(name); !cache.empty()) return absolute_path(expanded(cache));
  }
  const auto home = hugging_face_home();
  if (home.empty()) {
    throw Error(ErrorCode::kBadArgument, "there is no home folder for Hugging Face's cache",
                "set HF_HUB_CACHE to the folder for models from the hub");
  }
  return absolute_path(home / "hub");
}

std::string access_token() {
  auto token = trimmed(variable("HF_TOKEN"));
  std::string where = "HF_TOKEN";
  const auto home = hugging_face_home();
  if (token.empty() && !home.empty()) {
    where = (home / "token").string();
    token = trimmed(first_bytes(home / "token", kMaxToken));
  }
  const bool fits = std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (fits && token.size() < kMaxToken) return token;
  throw Error(ErrorCode::kBadArgument, fmt::format("{} holds no access token: it has blanks, controls or "
                                                   "more than {} characters",
                                                   where, kMaxToken));
}

std::string endpoint() {
  auto address = trimmed(variable("HF_ENDPOINT"));
  if (address.empty()) return "https://huggingface.co";
  while (address.back() == '/') address.pop_back();
  const bool web = address.substr(0, 8) == "https://" || address.substr(0, 7) == "http://";
  const bool plain = std::all_of(address.begin(), address.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != '@' && c != '?' && c != '#';
  });
  if (web && plain) return address;
  throw Error(ErrorCode::kBadArgument, fmt::format("HF_ENDPOINT {} is no address of a hub", address),
              "such as https://huggingface.co");
}

bool offline_by_environment() {
  for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
    auto value = variable(name);
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (value == "1" || value == "ON" || value == "YES" || value == "TRUE") return true;
  }
  return false;
}

RepositoryFolder::RepositoryFolder(const std::string& repository) {
  auto name = "models--" + repository;
  name.replace(name.find('/'), 1, "--");
  const auto cache = cache_folder();
  path_ = cache / name;
  locks_ = cache / ".locks" / name;
}

std::optional<std::string> RepositoryFolder::commit_of(const std::string& revision) const {
  if (is_commit(revision)) return revision;
  const auto commit = trimmed(first_bytes(ref(revision), 64));
  return is_commit(commit) ? std::optional(commit) : std::nullopt;
}

}  // namespace relprompt::hub

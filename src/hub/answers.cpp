#include "hub/answers.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_read.h"
#include "base/printable.h"
#include "hub/hub_name.h"

namespace relprompt::hub {
namespace {

constexpr std::size_t kMaxEtag = 128;

/// "W/"abc"" -> "abc".
std::string plain_etag(std::string etag) {
  if (etag.substr(0, 2) == "W/") etag.erase(0, 2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return etag;
}

/// A name that a blob may have.
bool is_blob_name(const std::string& etag) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  return !etag.empty() && etag.size() <= kMaxEtag && etag.front() != '.' &&
         std::all_of(etag.begin(), etag.end(), fits);
}

std::optional<std::uint64_t> number_of(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Keeps the first statement of a fact.
void first(std::string& fact, const std::string& stated) {
  if (fact.empty()) fact = stated;
}

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void bad_answer(const std::string& where, const std::string& problem) {
  throw Error(
      ErrorCode::kBadHeader, fmt::format("{}: {}", where, problem),
      "this is no hub, or something between it and this machine changes its answers; HF_ENDPOINT says "
      "which hub is asked");
}

std::optional<Listing> read_listing(std::string_view text, const std::string& where) {
  const auto document = read_json(text, where, {ErrorCode::kBadHeader, kMaxListing});
  const auto sha = document.is_object() ? document.find("sha") : document.end();
  const auto siblings = document.is_object() ? document.find("siblings") : document.end();
  if (sha == document.end() || siblings == document.end() || !sha->is_string() || !siblings->is_array())
    return std::nullopt;
  Listing listing;
  listing.commit = sha->get<std::string>();
  if (!is_commit(listing.commit)) bad_answer(where, "'sha' names no commit");
  for (const auto& sibling : *siblings) {
    const auto file = sibling.is_object() ? sibling.find("rfilename") : sibling.end();
    if (!sibling.is_object() || file == sibling.end() || !file->is_string())
      bad_answer(where, "a sibling without a name");
    const auto& path = file->get_ref<const std::string&>();
    if (!is_safe_path(path)) {
      bad_answer(where, fmt::format("a file's name would lead out of its folder: {}",
                                    printable(path.substr(0, 100))));
    }
    listing.files.push_back(path);
  }
  return listing;
}

void Facts::read(const HttpHead& head) {
  first(commit_, head.get("x-repo-commit"));
  first(linked_etag_, head.get("x-linked-etag"));
  first(linked_size_, head.get("x-linked-size"));
  etag_ = head.get("etag");
  length_ = is_redirect(head.status) ? "" : head.get("content-length");
}

RemoteFile Facts::file(const std::string& path, const std::string& where) const {
  RemoteFile file;
  file.path = path;
  file.commit = commit_;
  file.etag = plain_etag(linked_etag_.empty() ? etag_ : linked_etag_);
  const auto size = number_of(linked_size_.empty() ? length_ : linked_size_);
  if (!commit_.empty() && !is_commit(commit_)) bad_answer(where, "X-Repo-Commit names no commit");
  if (!is_blob_name(file.etag)) bad_answer(where, "the answer has no ETag that could name a file");
  if (!size) bad_answer(where, "the answer does not say how long the file is");
  file.size = *size;
  return file;
}

}  // namespace relprompt::hub

// What a hub answers, checked: the list of a repository's files, and the facts of one file in the headers of
// a chain of answers. Both throw Error(kBadHeader) for answers that no hub gives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/transport.h"

namespace relprompt::hub {

/// The list of a revision.
struct Listing {
  std::string commit;
  std::vector<std::string> files;  ///< paths in the repository; all are safe
};

/// Bytes of a list that are read.
constexpr std::size_t kMaxListing = std::size_t{8} << 20;

/// Nothing for a document that is no list. `where` names the answer in messages.
std::optional<Listing> read_listing(std::string_view text, const std::string& where);

/// A file as the hub describes it.
struct RemoteFile {
  std::string path;    ///< in the repository
  std::string commit;  ///< empty if the answer named none
  std::string etag;    ///< name of its blob: letters, digits, '-', '_' and '.'
  std::uint64_t size = 0;
};

/// Collects what a chain of answers says of a file: of each fact the first statement counts.
class Facts {
 public:
  void read(const HttpHead& head);
  RemoteFile file(const std::string& path, const std::string& where) const;

 private:
  std::string commit_, linked_etag_, linked_size_, etag_, length_;
};

bool is_redirect(int status);

/// Throws Error(kBadHeader).
[[noreturn]] void bad_answer(const std::string& where, const std::string& problem);

}  // namespace relprompt::hub

// multipart/form-data (RFC 7578, RFC 2046): how browsers and `curl -F` send a file with fields beside it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace relprompt::serve {

struct Part {
  std::string name;
  std::string file_name;     ///< as the client calls it, no path of ours; empty: none was given
  std::string content_type;  ///< empty: none was given
  std::string_view content;  ///< inside the body
};

/// Most parts of a body, and bytes of a part's headers.
constexpr std::size_t kMaxParts = 64;
constexpr std::size_t kMaxPartHeaders = 4096;

/// The parts of a body, which must outlive them. Throws HttpError(400) for a boundary that is none, a body
/// that does not end with it, headers that are malformed or too many, a part without a name.
std::vector<Part> parse_multipart(std::string_view body, std::string_view content_type);

}  // namespace relprompt::serve

// Text from a file inside a message. A hostile name must not send control sequences to a terminal, break
// a log line or fill the screen.
#pragma once

#include <string>
#include <string_view>

namespace relprompt::archive {

/// The text in double quotes, everything outside printable ASCII escaped, cut after 120 bytes.
std::string quote(std::string_view text);

}  // namespace relprompt::archive

// Who may ask: a token in a file, and the names that the server goes by.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "serve/http.h"

namespace relprompt::serve {

/// The first line of a file. Throws Error: kNotFound, kUnreadable, kBadArgument for one of less than 16 or
/// more than 1024 characters or with blanks.
std::string read_token(const std::filesystem::path& file);

/// Takes a time that does not depend on where the texts differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// Whether a request carries the token: `Authorization: Bearer TOKEN`, or Basic with the token as password,
/// which browsers and Label Studio can send.
bool carries_token(const Request& request, std::string_view token);

/// Whether a Host header names this machine by a loopback name: localhost, 127.x.x.x or [::1], with or
/// without a port. Pages of other names that resolve to the loopback address (DNS rebinding) are told apart
/// by this.
bool names_loopback(std::string_view host);

}  // namespace relprompt::serve

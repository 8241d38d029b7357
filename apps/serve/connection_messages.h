// Boost.Beast's messages and errors as the server's own values, and back. For client_stream.cpp and
// connection.cpp.
#pragma once

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "serve/router.h"

namespace relprompt::serve {

/// Head of a request. Throws HttpError(400) for a version, target or headers that may mean different things
/// to different readers.
Request request_of(const boost::beast::http::request_header<>& head);

/// What is sent as a body must be what the route takes, and end where everyone thinks it does. Throws
/// HttpError: 400, 411, 415.
void check_body(const Request& request, const Route& route, bool has_body, bool chunked);

/// The client is not there any more. (The stream closes its socket when a time runs out, so there is nobody
/// to tell.)
bool is_gone(boost::beast::error_code problem);

/// What is wrong with a request that could not be read.
HttpError reading_error(boost::beast::error_code problem);

/// no_body: of HEAD, whose length is that of GET.
boost::beast::http::response<boost::beast::http::string_body> beast_answer(Response response, bool keep_alive,
                                                                           bool no_body);

}  // namespace relprompt::serve

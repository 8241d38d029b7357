// What FFmpeg's libraries say. They report much of what is damaged in a stream in their log alone.
#pragma once

#include <cstdint>
#include <string>

namespace relprompt::video_av {

/// From now on nothing is printed; errors of each thread are counted.
void listen_to_log();
/// Errors said on this thread so far.
std::uint64_t errors_said();
/// The first of them since they were forgotten: what follows is mostly its consequence.
const std::string& first_error_said();
void forget_errors_said();

}  // namespace relprompt::video_av

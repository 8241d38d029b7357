// Attacks on memory and time as tests: the attacked code runs in a child process that may take no more of
// either.
#pragma once

#include <cstddef>
#include <functional>

namespace relprompt::test {

/// Runs `body` in a child process that may take `mebibytes` of memory beyond what this process has, and a
/// minute of processor time. Fails the test, with what the child said, if it went beyond them, threw, or
/// failed an expectation. With sanitizers, which need address space of their own, only the time is limited.
void run_within(std::size_t mebibytes, const std::function<void()>& body);

}  // namespace relprompt::test

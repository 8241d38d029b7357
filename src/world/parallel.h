// The same work for many indices on several threads. What comes out may not depend on which thread did it.
#pragma once

#include <cstdint>
#include <functional>

namespace relprompt::world {

constexpr int kMostThreads = 256;

/// Throws Error(kBadArgument) unless 1 <= threads <= kMostThreads.
void require_threads(int threads);

/// Calls body(index) once for every first <= index < last, in no particular order. After an exception no new
/// index is begun, and it comes out here. Throws Error: kBadArgument as require_threads does, kOutOfMemory if
/// a thread cannot be started.
void for_each_index(std::uint64_t first, std::uint64_t last, int threads,
                    const std::function<void(std::uint64_t index)>& body);

}  // namespace relprompt::world

// How fast this process's threads read memory: what holds back every part of a network that does little with
// each number.
#pragma once

namespace relprompt::measure {

/// GB/s (10^9 bytes) of adding up numbers that no cache holds, the best of a few passes. Takes 256 MiB of
/// memory and about a tenth of a second. Throws std::bad_alloc.
double memory_rate();

}  // namespace relprompt::measure

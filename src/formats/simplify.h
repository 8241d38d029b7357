// Fewer points for an outline (Douglas-Peucker).
#pragma once

#include <cstddef>
#include <vector>

#include "formats/rings.h"

namespace relprompt::formats {

/// Which points of a closed ring stay: of the others none lies farther than `tolerance` pixels from the line
/// between the two that stay around it. `pinned` points stay whatever they are. Long rings are divided at
/// every kPiece-th point, which keeps the time in bounds. Of a ring that becomes a line two points stay.
/// @param pinned [count], or empty
std::vector<bool> kept_points(const Point* points, std::size_t count, double tolerance,
                              const std::vector<bool>& pinned = {});

/// Dividing at a point costs at most one point that could have been left out.
constexpr std::size_t kPiece = 2048;

}  // namespace relprompt::formats

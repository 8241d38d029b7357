// How the shares of classes change over a video, in memory that does not grow with its length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace relprompt::video {

class ClassShares {
 public:
  /// At most `points` points in time are kept (even, at least 2): when they are full, two neighbours each
  /// become their mean.
  explicit ClassShares(std::size_t classes, std::size_t points = 2048);

  struct Share {
    std::size_t label = 0;
    double share = 0;
  };
  /// The next frame. Labels below `classes`; those that are not named have no share.
  void add(double seconds, const std::vector<Share>& shares);

  struct Point {
    double seconds = 0;         ///< mean of its frames
    std::vector<float> shares;  ///< [class] mean of its frames
    std::uint64_t frames = 0;
  };
  const std::vector<Point>& points() const { return points_; }
  /// Labels with any share, largest mean first, at most `most`.
  std::vector<std::size_t> largest(std::size_t most) const;

 private:
  std::size_t classes_, most_points_;
  std::uint64_t frames_each_ = 1;
  std::vector<Point> points_;
};

}  // namespace relprompt::video

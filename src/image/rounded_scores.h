// The arg max of scores that are stored in half precision. Rounding makes scores equal that were not; the
// first of equal ones is what an arg max gives, and it may be another class than the one that was ahead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace relprompt::image {

/// The next smaller half precision number, as bits; that of the smallest and of NaN is itself.
std::uint16_t next_below(std::uint16_t half) noexcept;

/// Sees the rounded scores of all classes, in the classes' order, then says how to change them so that the
/// first class of the largest score is the label again: of the classes before it, those that rounding made
/// equal to it are lowered by one unit in the last place.
class RoundedScores {
 public:
  /// @param pixels of a class's plane
  explicit RoundedScores(std::size_t pixels);

  /// Half precision bits of the next class, [pixels].
  void add(const std::uint16_t* plane);

  /// labels [pixels]: of each pixel the first class of the largest score before rounding, or
  /// LabelMap::kUnknown where the scores may stay as they are. Returns the number of classes whose planes
  /// have to go through lower(): those from 0 on, none of them if all is well.
  std::size_t settle(const std::vector<std::uint16_t>& labels);

  /// Lowers what is equal to the score of a later label in the plane of this class; true if anything was.
  bool lower(std::size_t of_class, std::uint16_t* plane) const;

 private:
  struct Tie {
    std::size_t pixel;
    std::uint16_t label;
  };

  std::uint16_t classes_ = 0;         ///< seen so far
  std::vector<std::int16_t> best_;    ///< [pixels] largest score so far, as a number that compares alike
  std::vector<std::uint16_t> first_;  ///< [pixels] its first class
  std::vector<Tie> ties_;             ///< pixels whose label is another one
};

}  // namespace relprompt::image

// A legend in rows: small boxes of colour with their titles, in columns of one width, as wide as the image
// they explain.
#pragma once

#include <string>
#include <vector>

#include "relprompt/image.h"

#include "image/palette.h"

namespace relprompt::analysis {

/// Pixels without a class, and why they have none; the diagonals of the two fall to different sides.
enum class Hatch {
  kNone,
  kUnknown,  ///< the model was not sure enough
  kIgnored,  ///< the truth says nothing
};

struct Swatch {
  image::Color color;
  std::string title;           ///< UTF-8
  Hatch hatch = Hatch::kNone;  ///< with one, drawn as hatched_at instead of `color`
};

class Swatches {
 public:
  /// What does not fit into `most_rows` rows of `width` pixels is summed up in a last "+N more".
  /// @param text height of capitals in pixels
  Swatches(std::vector<Swatch> entries, int width, int text, int most_rows);

  int height() const { return rows_ * row_height_; }  ///< pixels; 0 without entries
  void draw(Image& canvas, int x, int y) const;

 private:
  std::vector<Swatch> entries_;  // titles drawable
  std::size_t left_out_ = 0;
  int text_, row_height_, title_width_ = 0, slot_ = 0, columns_ = 1, rows_ = 0;
};

/// The colour of a pixel that has no class: thin light diagonals on a dark ground, so that it is not taken
/// for a class of one colour.
image::Color hatched_at(int x, int y, Hatch hatch);

}  // namespace relprompt::analysis

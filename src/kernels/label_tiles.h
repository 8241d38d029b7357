// From patch scores of windows straight to the best class of every pixel of the image.
//
// Done tile by tile: upsampling, sigmoid or softmax, mean over windows, best name of a class, resize to the
// image and arg max of a tile happen while it is in the first-level cache. A class plane at full size never
// exists, so neither memory nor memory traffic grows with the classes; only the arithmetic does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace relprompt::kernels {

/// What makes scores between 0 and 1 of patch scores, after these are brought to pixels.
enum class ScoreActivation {
  kNone,     ///< they are probabilities already
  kSigmoid,  ///< each row by itself
  kSoftmax,  ///< over all rows
  /// over all rows, at the image's pixels: what is averaged over the windows and resized are the scores
  kSoftmaxOfMean,
};

struct ImageSize {
  std::int64_t height = 0, width = 0;
};

/// The scores of one window, and where it lies in the resized image.
struct WindowScores {
  const float* patches = nullptr;  ///< [rows, patches.height, patches.width]
  std::int64_t y = 0, x = 0;       ///< its first pixel
};

/// Another look at the same image, resized to another size or mirrored: its windows cover every pixel of its
/// own `resized`. Scores of a mirrored one are those of the image as it is: mirrored back.
struct LabelView {
  std::vector<WindowScores> windows;
  ImageSize patches, window, resized;
};

struct LabelTask {
  std::vector<WindowScores> windows;  ///< together they cover every pixel of `resized`
  ImageSize patches, window;          ///< of every window
  ImageSize resized, image;           ///< the image that the windows lie in, and the result
  std::vector<std::size_t> first;     ///< [classes + 1]: class c owns the rows first[c] .. first[c + 1] - 1
  std::vector<float> penalty;         ///< [classes]
  ScoreActivation score_activation = ScoreActivation::kSigmoid;
  std::vector<LabelView> others;  ///< views beside the one above
};

/// Score of a class at a pixel: the probabilities (bilinear from the patches, align_corners false) averaged
/// over the windows, the largest of its rows, resized bilinearly to the image, minus the penalty. With
/// kSoftmaxOfMean the probabilities are made last, and the largest of a class's rows is taken of them.
/// Of several views the mean of these probabilities is taken, at the image's size and before the penalty.
/// A penalty of infinity takes a class out.
/// label [image.height, image.width] is the class of the largest score, the first of equal ones, and score
/// that score. Runs on the threads of OpenMP; the same numbers for any number of threads.
void label_tiles(const LabelTask& task, std::int32_t* label, float* score);

}  // namespace relprompt::kernels

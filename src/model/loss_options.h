// The settings of the training loss.
#pragma once

#include "base/words.h"

namespace relprompt::model {

/// Which denominator the dice loss has.
enum class Dice {
  kPlain,    ///< sum p + sum y: the authors' code
  kSquared,  ///< sum p^2 + sum y^2: the paper's text
};

inline constexpr Word<Dice> kDiceWords[] = {{Dice::kPlain, "plain"}, {Dice::kSquared, "squared"}};

struct SigmoidLossOptions {
  double focal_weight = 100;  ///< 0 or more
  double dice_weight = 1;     ///< 0 or more
  double alpha = 0.25;        ///< weight of positives in the focal loss, 1 - alpha of negatives; in [0, 1]
  double gamma = 2;           ///< focal exponent, 0 or more; 0 is plain cross entropy
  Dice dice = Dice::kPlain;
};

/// Throws Error(kBadArgument) that names the field if an option is out of its range.
void check(const SigmoidLossOptions& options);

enum class LossKind {
  kSigmoid,  ///< focal + dice
  kSoftmax,  ///< cross entropy
};

inline constexpr Word<LossKind> kLossWords[] = {{LossKind::kSigmoid, "sigmoid"},
                                                {LossKind::kSoftmax, "softmax"}};

struct LossOptions {
  LossKind kind = LossKind::kSigmoid;
  SigmoidLossOptions sigmoid;  ///< for kSigmoid alone
};

}  // namespace relprompt::model
